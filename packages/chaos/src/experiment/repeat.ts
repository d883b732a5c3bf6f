import type { RunContext } from '@ordeal/shared/drivers/run-context';
import { repetitionName } from '@ordeal/shared/scenario/repetitions';
import type { ExperimentPhase } from '@ordeal/shared/scenario/scenario';
import type { ExperimentDeps } from './deps.ts';
import { runExperiment, type ExperimentOutcome } from './run-experiment.ts';

/**
 * The seed of one repetition, by its number from 1 on. The first has the run's own, so that one repetition is the
 * experiment itself. The mixing is lowbias32 (Wellons, "Prospecting for Hash Functions"), so that neighbouring seeds
 * do not share choices.
 */
export function seedOf(seed: number, repetition: number): number {
  if (repetition === 1) return seed;
  let mixed = (seed + Math.imul(repetition - 1, 0x9e_37_79_b9)) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21_f0_aa_ad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x73_5a_2d_97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

/**
 * An experiment as often as its phase says, each time with targets of its own choice. The windows of the second repetition are
 * named `<phase>-2/…`, and so on. It ends early with one that was not injected, was aborted, or did not come to be
 * steady again: more faults on top of that would show nothing new.
 */
export async function repeatExperiment(
  phase: ExperimentPhase,
  deps: ExperimentDeps,
  context: RunContext,
): Promise<readonly ExperimentOutcome[]> {
  const { times } = phase.repeat;
  const from = phase.repeat.seed ?? context.seed;
  const outcomes: ExperimentOutcome[] = [];
  for (let repetition = 1; repetition <= times; repetition += 1) {
    const name = repetitionName(phase.name, repetition);
    const seed = seedOf(from, repetition);
    const outcome = await runExperiment({ ...phase, name }, deps, { ...context, seed });
    const record =
      times === 1
        ? outcome.record
        : { ...outcome.record, repetition: { of: phase.name, number: repetition, times } };
    outcomes.push({ ...outcome, record });
    const { notInjected, aborted, recoverySeconds } = record;
    if (notInjected !== undefined || aborted !== undefined || recoverySeconds === null) break;
  }
  return outcomes;
}
