import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { DeadlineExceeded } from '@ordeal/shared/time/deadline';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { StepRecord } from '@ordeal/shared/record/record';
import type { DrillStepName } from '@ordeal/shared/scenario/drill-steps';
import type { DrillPhase } from '@ordeal/shared/scenario/scenario';
import { askBefore } from './approve.ts';
import { missedTarget } from '@ordeal/shared/record/missed-target';
import { driverContext, type Course } from './course.ts';
import { timesOf } from './step-times.ts';

/** One step of a runbook. */
export interface DrillStep {
  readonly name: DrillStepName;
  /** What it does, as a sentence for the plan. */
  readonly plan: (phase: DrillPhase) => string;
  /** `within`: for drivers, and all else that it waits for. Its signal ends with the run, and with the step's time. */
  readonly run: (course: Course, within: DriverContext) => Promise<StepEnd>;
  /** What is done when the drill ends in this step, as a sentence. Without it, as in the step before. */
  readonly wayBack?: (phase: DrillPhase) => string;
}

export interface StepEnd {
  readonly detail: string;
  /** Seconds of it that were spent waiting for a person. */
  readonly waitedOnHuman?: number;
}

/** The step at which a runbook ended early. */
export interface StepFailure {
  readonly step: string;
  readonly error: unknown;
  readonly message: string;
}

/**
 * Runs a step under a signal that also ends it when its time is over. It is not left alone then: whoever is told to end
 * is waited for, so that nothing is done to a store behind the way back.
 */
async function runWithin(
  course: Course,
  step: DrillStep,
  timeout: number | null,
  signal: AbortSignal,
): Promise<StepEnd> {
  const { context } = course;
  if (timeout === null) return await step.run(course, driverContext(context, signal));
  const over = new AbortController();
  const done = new AbortController();
  void context.clock
    .sleep(timeout * 1000, done.signal)
    .then(() => over.abort(new DeadlineExceeded(`it took longer than ${timeout} s, and was given up`)))
    .catch(() => undefined);
  try {
    return await step.run(course, driverContext(context, AbortSignal.any([signal, over.signal])));
  } catch (error) {
    // What a driver says of a request that was broken off hides why it was.
    if (over.signal.aborted && !signal.aborted) throw over.signal.reason;
    throw error;
  } finally {
    done.abort();
  }
}

/**
 * Runs the steps in their order, and writes each into the journal and the record. After the first one that
 * fails, or once the run's signal is aborted, the others are skipped.
 */
export async function runSteps(
  course: Course,
  steps: readonly DrillStep[],
  signal: AbortSignal,
): Promise<StepFailure | undefined> {
  const { phase, context } = course;
  const now = (): string => new Date(context.clock.wall()).toISOString();
  let failure: StepFailure | undefined;
  const end = (
    step: DrillStep,
    record: Pick<StepRecord, 'outcome' | 'detail'> & Partial<StepRecord>,
  ): void => {
    const at = now();
    const { target } = timesOf(step, phase, course.leaseSeconds);
    course.steps.push({
      name: step.name,
      startedAt: at,
      endedAt: at,
      target,
      waitedOnHuman: 0,
      ...record,
    });
    const missed = missedTarget(course.steps.at(-1));
    if (missed !== undefined)
      context.journal.append({ type: 'warning', message: `${phase.title}: ${missed}` });
    const { outcome, detail } = record;
    context.journal.append({ type: 'step-ended', phase: phase.name, step: step.name, outcome, detail });
  };
  for (const step of steps) {
    if (failure !== undefined) {
      end(step, { outcome: 'skipped', detail: `${failure.step} failed` });
      continue;
    }
    const startedAt = now();
    const { target, timeout } = timesOf(step, phase, course.leaseSeconds);
    context.journal.append({
      type: 'step-started',
      phase: phase.name,
      step: step.name,
      targetSeconds: target,
    });
    try {
      signal.throwIfAborted();
      const { name, plan } = step;
      const waited = await askBefore(course, { name, plan: plan(phase) }, course.deps.beforeStep, signal);
      const { waitedOnHuman = 0, detail } = await runWithin(course, step, timeout, signal);
      end(step, { outcome: 'done', startedAt, waitedOnHuman: waited + waitedOnHuman, detail });
    } catch (error) {
      const message = signal.aborted ? `stopped: ${reasonOf(signal.reason)}` : reasonOf(error);
      failure = { step: step.name, error, message };
      end(step, { outcome: 'failed', startedAt, detail: message });
    }
  }
  return failure;
}
