import { findKnee, type SeenStep } from '@ordeal/load/knee/run';
import { steadyStateOf } from '@ordeal/shared/judge/steady';
import type { Stress } from '@ordeal/shared/load/shape/shape';
import type { Capacity, CapacityStepRecord } from '@ordeal/shared/record/record';
import { capacityInWords } from '@ordeal/shared/report/load-words';
import { loadWindows } from '@ordeal/shared/scenario/load-windows';
import type { ShapedLoadPhase } from '@ordeal/shared/scenario/scenario';
import { assign, windowOf, type PhaseOutcome, type Session } from '../session.ts';
import { beginLoad, generatorsOf } from './load-begin.ts';
import { steadyOf, workloadFor } from './load-workload.ts';

/** Searches for the highest rate that the platform bears. Every step is a load of its own, judged by itself. */
export async function stressLoad(
  phase: ShapedLoadPhase,
  shape: Stress,
  session: Session,
): Promise<PhaseOutcome> {
  const { context, results, anchor, loaded } = session;
  const { clock, journal, signal } = context;
  const from = clock.now();
  const steps: SeenStep[] = [];
  let under: string | undefined;
  let capacity: Capacity = { how: 'unknown', because: 'the search did not come to its end' };
  try {
    const knee = await findKnee(shape, workloadFor(phase, loaded.platform), {
      clock,
      signal,
      generators: generatorsOf(phase.on, session),
      steady: steadyStateOf(steadyOf(loaded.platform, phase.objectives)),
      start: async (workload) => {
        under = `${workload.rate} iterations/s`;
        journal.append({ type: 'step-started', phase: phase.name, step: under, targetSeconds: null });
        return beginLoad(workload, phase.on, session);
      },
      onStep: (step) => {
        steps.push(step);
        journal.append({
          type: 'step-ended',
          phase: phase.name,
          step: under ?? '',
          outcome: { held: 'done', broke: 'failed', short: 'skipped', unclear: 'skipped' }[
            step.outcome.how
          ] as 'done',
          detail: stepRecord(step).detail,
        });
      },
    });
    ({ capacity } = knee);
  } finally {
    results.capacities.push({ phase: phase.name, capacity, steps: steps.map(stepRecord) });
    const window = windowOf(anchor, phase.name, phase.name, from, clock.now());
    results.windows.push(window);
    journal.append({ type: 'window-closed', window });
    for (const { name, objectives } of loadWindows(phase)) assign(session, name, objectives);
  }
  return { next: 'continue', detail: capacityInWords(capacity) };
}

function stepRecord({ rate, purpose, outcome, seconds, record }: SeenStep): CapacityStepRecord {
  return {
    rate,
    purpose,
    outcome: outcome.how,
    detail:
      outcome.how === 'held'
        ? ''
        : outcome.how === 'broke'
          ? `${outcome.objective}: ${outcome.explanation}`
          : outcome.reason,
    seconds,
    requests: record.requests,
    failed: record.failed,
    dropped: record.dropped,
    p95Ms: record.latencyMs.p95,
  };
}
