import type { RestoreRecord } from '../../record/record.ts';
import type { Measurement } from '../decide.ts';

/**
 * How far before its moment a restore of a moment ends. What is beyond it is a failure whatever the limit: somebody who
 * restores to just before a mistake must not get the mistake.
 */
export function pointInTimeError({ name, pointInTime, failed }: RestoreRecord): Measurement {
  if (pointInTime === undefined) {
    return {
      kind: 'nothing',
      reason: 'not-run',
      sentence: `The restore ${name} did not come to reading markers${failed === undefined ? '' : `: ${failed}`}.`,
    };
  }
  const { undershootSeconds, overshoot, holes, before, after, target } = pointInTime;
  const common = { kind: 'measured', value: undershootSeconds, violations: Infinity } as const;
  if (overshoot > 0) {
    const note = `It overshoots: ${overshoot} of ${after} markers are there that were written after ${target}.`;
    return { ...common, samples: before + after, decision: 'violated', note };
  }
  if (holes > 0) {
    const note = `${holes} markers are missing although later ones are there.`;
    return { ...common, samples: before + after, decision: 'violated', note };
  }
  return { ...common, samples: before + after };
}
