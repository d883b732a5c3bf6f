import type { Diagnostic } from '../platform/diagnostics.ts';
import { isShaped } from './load-windows.ts';
import type { Phase } from './scenario.ts';

/** A limit is looked at while no load runs: what its requests are let in for would be the load's doing too. */
export function besideNoLoad(phases: readonly Phase[], index: number, path: string): readonly Diagnostic[] {
  if (phases[index]?.phase !== 'limit') return [];
  const load = phases.slice(0, index).findLast((earlier) => earlier.phase === 'load');
  // A load gives way to the next one, and one that is a shape has ended by then.
  if (load === undefined || isShaped(load)) return [];
  return [
    {
      path,
      expected: 'no load meanwhile, which would take part of what the limit allows',
      found: `${load.name}, which runs on`,
      hint: 'put the phase of kind "limit" before it',
    },
  ];
}
