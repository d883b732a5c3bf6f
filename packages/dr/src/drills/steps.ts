import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { StepRecord } from '@ordeal/shared/record/record';
import type { DrillStepName } from '@ordeal/shared/scenario/drill-steps';
import type { DrillPhase } from '@ordeal/shared/scenario/scenario';
import { endStep } from '../runbook/end-step.ts';
import { givenTime } from '../runbook/given-time.ts';
import { askBefore } from './approve.ts';
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
}

/** The step at which a runbook ended early. */
export interface StepFailure {
  readonly step: string;
  readonly error: unknown;
  readonly message: string;
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
    record: Pick<StepRecord, 'outcome' | 'detail'> & Partial<Pick<StepRecord, 'startedAt'>>,
  ): void => {
    const { target } = timesOf(step, phase, course.leaseSeconds);
    endStep(course, { name: step.name, startedAt: now(), target, ...record });
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
      await askBefore(course, { name, plan: plan(phase) }, course.deps.beforeStep, signal);
      const { detail } = await givenTime(context.clock, timeout, signal, (ending) =>
        step.run(course, driverContext(context, ending)),
      );
      end(step, { outcome: 'done', startedAt, detail });
    } catch (error) {
      const message = signal.aborted ? `stopped: ${reasonOf(signal.reason)}` : reasonOf(error);
      failure = { step: step.name, error, message };
      end(step, { outcome: 'failed', startedAt, detail: message });
    }
  }
  return failure;
}
