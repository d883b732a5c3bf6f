import { timeoutFor } from '@ordeal/load/shapes/black-hole';
import { highestRate, secondsOf } from '@ordeal/shared/load/rate-legs';
import { planShape, type PlannedShape } from '@ordeal/shared/load/shape/plan-shape';
import type { RunningWorkload } from '@ordeal/shared/load/workload';
import type { LoadRecord } from '@ordeal/shared/record/record';
import { loadWindows, steadySeconds } from '@ordeal/shared/scenario/load-windows';
import type { ShapedLoadPhase } from '@ordeal/shared/scenario/scenario';
import { assign, endWorkload, type PhaseOutcome, type Session } from '../session.ts';
import { beginLoad, mostUsers } from './load-begin.ts';
import { closeWindows } from './load-closing.ts';
import { untilOver } from './load-until.ts';
import { steadyOf, workloadFor } from './load-workload.ts';

/** k6's last report comes about a second after what it tells of; it must not end before that. */
const TAIL_SECONDS = 5;
/** k6 steps from one rate to another within this of the planned instant, by the clock of its first report. */
const STEP_MS = 100;

/** Runs a shape whose rates are known beforehand, from its beginning to its end, and closes its windows. */
export async function plannedLoad(
  phase: ShapedLoadPhase,
  shape: PlannedShape,
  session: Session,
): Promise<PhaseOutcome> {
  const { context, results, loaded } = session;
  const { legs } = planShape(shape);
  const seconds = secondsOf(legs);
  const rate = highestRate(legs);
  const usual = workloadFor(phase, loaded.platform);
  const timeoutMs = timeoutFor(rate, usual.timeoutMs, mostUsers(phase.on, session));
  if (timeoutMs < usual.timeoutMs) {
    const message = `requests are given up after ${timeoutMs} ms instead of ${usual.timeoutMs} ms: at ${rate}/s more virtual users would be needed than there is room for`;
    context.journal.append({ type: 'warning', message });
  }
  const running = await beginLoad(
    { ...usual, timeoutMs, rate, rates: legs, atMostSeconds: Math.ceil(seconds) + TAIL_SECONDS },
    phase.on,
    session,
  );
  results.workload = running;
  const began = running.stream.between(-Infinity, Infinity)[0]?.from ?? context.clock.now();
  const over = began + seconds * 1000;
  let early: string | undefined;
  try {
    const end = await untilOver(running, over, session);
    early = end === undefined ? undefined : end.why;
  } finally {
    // Also when the run was interrupted: what was seen so far is judged.
    const record = await endWorkload(results);
    conclude(phase, { running, began, over, validity: record?.validity }, session);
  }
  const { offered = 0, achieved = 0 } = results.loads.at(-1) ?? {};
  return early === undefined
    ? { next: 'continue', detail: `${achieved} of ${offered} iterations` }
    : { next: 'stop', detail: early };
}

/** A load that has ended. */
interface Ended {
  readonly running: RunningWorkload;
  readonly began: number;
  /** When it was planned to end. */
  readonly over: number;
  readonly validity: LoadRecord['validity'] | undefined;
}

/** Closes the windows, and says what is judged in them: also in those that did not come about. */
function conclude(
  phase: ShapedLoadPhase,
  { running, began, over, validity }: Ended,
  { results, context, anchor, loaded }: Session,
): void {
  const planned = loadWindows(phase);
  const intervals = running.stream.between(-Infinity, Infinity);
  const until = Math.min(over, running.stream.completeUntil());
  for (const window of closeWindows(planned, { phase: phase.name, began, until, intervals, anchor })) {
    results.windows.push(window);
    context.journal.append({ type: 'window-closed', window });
  }
  for (const { name, part, span, objectives } of planned) {
    if (validity !== undefined) results.loadValid[name] = validity;
    assign({ results, loaded, context }, name, objectives);
    if (part !== 'settling' || span === null) continue;
    const back = began + span.from * 1000;
    if (back >= until) continue;
    results.spikes.push({
      phase: phase.name,
      steppedBack: { low: back - STEP_MS, high: back + STEP_MS },
      steadyForMs: steadySeconds(phase) * 1000,
      steady: steadyOf(loaded.platform, phase.objectives),
    });
  }
}
