import type { RunContext } from '@ordeal/shared/drivers/run-context';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { DrillRecord } from '@ordeal/shared/record/record';
import type { DrillPhase } from '@ordeal/shared/scenario/scenario';
import { GuardianGone } from '@ordeal/shared/undo/guarded-ledger';
import type { Course } from './course.ts';
import { drillRecord, drillWindows } from './drill-record.ts';
import { DrillRefused, ObserverBroke, type DrillDeps, type DrillOutcome } from './drill.ts';
import { runbooks } from './runbooks.ts';
import { runSteps, type StepFailure } from './steps.ts';
import { takeWayBack } from './way-back.ts';
import { writersRecord } from './writers.ts';

/**
 * Runs a drill by its runbook. It resolves whatever happens: after a step that fails, or an abort, the steps
 * behind it are skipped and the way back is taken. The caller may have the ledger read again, and disposes of
 * the observers.
 */
export async function runDrill(
  phase: DrillPhase,
  deps: DrillDeps,
  context: RunContext,
): Promise<DrillOutcome> {
  const course: Course = {
    phase,
    deps,
    context,
    steps: [],
    milestones: new Map(),
    approvals: [],
    waits: [],
    configured: [],
    leaseSeconds: undefined,
    writers: undefined,
    drained: false,
    takeover: undefined,
    rest: undefined,
    heir: undefined,
    healed: undefined,
    borneAt: undefined,
    observers: undefined,
    leadFrom: undefined,
    t0: undefined,
    entry: undefined,
    stage: 'untouched',
    recovery: undefined,
    givenUpAfter: undefined,
    stoppedAt: undefined,
    ledger: undefined,
    positions: undefined,
    backup: undefined,
  };
  const failure = await runSteps(course, runbooks[phase.drill.kind], context.signal);
  if (failure !== undefined && context.signal.aborted) course.stoppedAt = context.clock.now();
  course.takeover?.end();
  const refused = refusalsIn(failure);
  const ended = failure === undefined || refused.length > 0 ? undefined : await endEarly(course, failure);
  const endedAt = context.clock.now();
  const unread = await readLate(course, context.signal);
  // What is measured is complete; the ledger can still be read again.
  await course.observers?.stopProbes().catch((error: unknown) => {
    context.journal.append({
      type: 'warning',
      message: `the probes could not be stopped: ${reasonOf(error)}`,
    });
  });
  const windows = drillWindows(course, endedAt);
  for (const window of windows) context.journal.append({ type: 'window-closed', window });
  const broke = failure?.error instanceof ObserverBroke ? failure.message : unread;
  const writers = await writersRecord(course);
  const twoWriters = writers?.outcome === 'proven' ? [`two writers at once: ${writers.detail}`] : [];
  const failed = [
    ...(ended === undefined || failure?.error instanceof ObserverBroke ? [] : [ended]),
    ...twoWriters,
  ];
  const record: DrillRecord = {
    ...drillRecord(course),
    secondWitness: await askSecondWitness(course, endedAt, context.signal),
    ...(writers === undefined ? {} : { writers }),
    ...(failed.length === 0 ? {} : { failed: failed.join('; ') }),
  };
  return {
    record,
    windows,
    fault: course.t0 ?? null,
    settled: course.stage === 'settled',
    // Of a drill that was refused nobody tells anything else.
    refused: twoWriters.length === 0 ? refused : [],
    ...(broke === undefined ? {} : { observersBroke: broke }),
    reread: async () => {
      if (course.observers === undefined || course.t0 === undefined) return record.rpo;
      return await course.observers.readBack(course.t0, phase.targets.rpo);
    },
    dispose: async () => await course.observers?.dispose(),
  };
}

/** Why it was not begun. That nobody would heal what it breaks is known before anything is touched, and no failure of the platform. */
function refusalsIn(failure: StepFailure | undefined): readonly string[] {
  if (failure?.error instanceof DrillRefused) return failure.error.reasons;
  return failure?.error instanceof GuardianGone ? [failure.message] : [];
}

/** The sentence about a drill that ended early, after its way back was taken. */
async function endEarly(course: Course, failure: StepFailure): Promise<string> {
  // Once traffic was led to the new primary, there is nothing left to go back from.
  const arrived =
    course.stage === 'settled' || (course.phase.drill.kind === 'failover' && course.milestones.has('routed'));
  const way = arrived ? undefined : await takeWayBack(course);
  const sentence = `${failure.step}: ${failure.message}${way === undefined ? '' : ` (${way})`}`;
  const message = `${course.phase.title}: ${sentence}`;
  course.context.journal.append({ type: 'warning', message });
  return sentence;
}

/**
 * Ends the ledger's writing, and reads it after all when the runbook did not come to that. Returns why it could
 * not be read.
 */
async function readLate(course: Course, signal: AbortSignal): Promise<string | undefined> {
  const { observers, t0, phase } = course;
  if (observers === undefined || course.ledger !== undefined) return undefined;
  try {
    await observers.stopWriting();
    if (t0 === undefined) return undefined;
    if (signal.aborted) return 'the drill was stopped before the ledger was read back';
    course.ledger = await observers.readBack(t0, phase.targets.rpo);
    return undefined;
  } catch (error) {
    return `the ledger could not be read back: ${reasonOf(error)}`;
  }
}

/** Asked even when the drill has failed: what Prometheus saw belongs to the evidence. */
async function askSecondWitness(
  course: Course,
  endedAt: number,
  signal: AbortSignal,
): Promise<DrillRecord['secondWitness']> {
  const { t0, deps } = course;
  if (t0 === undefined)
    return { agrees: null, detail: 'not asked: it ended before its fault or its planned start' };
  if (signal.aborted) return { agrees: null, detail: 'not asked: the drill was stopped' };
  try {
    return await deps.secondWitness({
      from: t0.low,
      to: course.milestones.get('recovered')?.high ?? endedAt,
    });
  } catch (error) {
    return { agrees: null, detail: `it could not be asked: ${reasonOf(error)}` };
  }
}
