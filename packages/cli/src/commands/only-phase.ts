import { hintFrom } from '@ordeal/shared/platform/closest';
import { isShaped } from '@ordeal/shared/scenario/load-windows';
import type { ConstantLoadPhase, Phase } from '@ordeal/shared/scenario/scenario';
import { CommandError, exitCodes } from '../command-error.ts';

/**
 * The phase of that name, and the load that it runs under, of which nothing is asked then: the last one before it that
 * runs on, as each ends the one before.
 */
export function onlyPhase(phases: readonly Phase[], only: string | undefined): readonly Phase[] {
  if (only === undefined) return phases;
  const index = phases.findIndex(({ name }) => name === only);
  const phase = phases[index];
  if (phase === undefined) {
    const names = phases.map(({ name }) => name);
    throw new CommandError(`There is no phase "${only}": ${hintFrom(only, names)}.`, exitCodes.usage);
  }
  const runsAlone = ['load', 'smoke', 'limit'].includes(phase.phase);
  const load = runsAlone ? undefined : phases.slice(0, index).findLast(runsOn);
  return load === undefined ? [phase] : [{ ...load, judgeFor: 1, objectives: [] }, phase];
}

/** A shape ends by itself: nothing runs under it. */
function runsOn(phase: Phase): phase is ConstantLoadPhase {
  return phase.phase === 'load' && !isShaped(phase);
}
