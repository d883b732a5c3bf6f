import { RUN_LABEL } from '../../chaos-mesh/labels.ts';
import { FAULT_LABEL, ORIGINAL } from './scope.ts';

/** A step of a JSON patch (RFC 6902). */
export interface PatchStep {
  readonly op: 'test' | 'replace' | 'remove';
  readonly path: string;
  readonly value?: unknown;
}

/** The patch is refused as a whole unless the fault is in. */
export function testMark(mark: string): PatchStep {
  return { op: 'test', path: pointer('labels', FAULT_LABEL), value: mark };
}

/** Takes the fault's labels and its annotation off. */
export const removals: readonly PatchStep[] = [
  { op: 'remove', path: pointer('labels', FAULT_LABEL) },
  { op: 'remove', path: pointer('labels', RUN_LABEL) },
  { op: 'remove', path: pointer('annotations', ORIGINAL) },
];

/** RFC 6901: a slash within a name is written ~1. */
function pointer(map: 'labels' | 'annotations', key: string): string {
  return `/metadata/${map}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
