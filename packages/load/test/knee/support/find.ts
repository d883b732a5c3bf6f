import { steadyStateOf } from '@ordeal/shared/judge/steady';
import { findKnee, type Knee } from '../../../src/knee/run.ts';
import type { Stress } from '@ordeal/shared/load/shape/shape';
import { startWorkload } from '../../../src/start-workload.ts';
import { testRun, workloadOf } from '../../support/run.ts';

/** Times that suit a server on this machine whose queue fills within a second. */
const quick: Omit<Stress, 'from' | 'to'> = {
  kind: 'stress',
  warmUpSeconds: 1.5,
  stepSeconds: 2.5,
  confirmSeconds: 4,
  seconds: 240,
};

/** Searches for the knee of whatever answers at `url`, with real k6. */
export async function searchAt(
  url: string,
  range: { readonly from: number; readonly to: number },
  more: Partial<Stress> = {},
): Promise<Knee & { readonly leftOpen: number }> {
  const run = testRun();
  try {
    const {
      rate: _,
      atMostSeconds: __,
      ...workload
    } = workloadOf('one-step', url, { name: 'Stress', timeoutMs: 1000 });
    const knee = await findKnee({ ...quick, ...range, ...more }, workload, {
      start: (step) => startWorkload(step, run.settings, run.context),
      clock: run.context.clock,
      signal: run.context.signal,
      steady: steadyStateOf({
        'few errors': {
          signal: { from: 'client', measure: 'error-ratio' },
          comparator: '<',
          limit: 0.01,
          unit: 'ratio',
          leastSamples: 20,
        },
      }),
      onStep: () => {},
    });
    return { ...knee, leftOpen: run.open.length };
  } finally {
    run.clear();
  }
}
