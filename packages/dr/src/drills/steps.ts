import { reasonOf } from '@ordeal/shared/reason-of';
import type { StepRecord } from '@ordeal/shared/record/record';
import type { DrillPhase } from '@ordeal/shared/scenario/scenario';
import { askBefore } from './approve.ts';
import type { Course } from './course.ts';

/** One step of a runbook. */
export interface DrillStep {
  readonly name: string;
  /** What it does, as a sentence for the plan. */
  readonly plan: (phase: DrillPhase) => string;
  /** Seconds that it may take; null when it has no target of its own. */
  readonly target: (phase: DrillPhase) => number | null;
  readonly run: (course: Course) => Promise<StepEnd>;
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
 * Runs the steps in their order, and writes each into the journal and the record. After the first one that
 * fails, or once the run's signal is aborted, the others are skipped.
 */
export async function runSteps(
  course: Course,
  steps: readonly DrillStep[],
): Promise<StepFailure | undefined> {
  const { phase, context } = course;
  const now = (): string => new Date(context.clock.wall()).toISOString();
  let failure: StepFailure | undefined;
  const end = (
    step: DrillStep,
    record: Pick<StepRecord, 'outcome' | 'detail'> & Partial<StepRecord>,
  ): void => {
    const at = now();
    course.steps.push({
      name: step.name,
      startedAt: at,
      endedAt: at,
      target: step.target(phase),
      waitedOnHuman: 0,
      ...record,
    });
    const { outcome, detail } = record;
    context.journal.append({ type: 'step-ended', phase: phase.name, step: step.name, outcome, detail });
  };
  for (const step of steps) {
    if (failure !== undefined) {
      end(step, { outcome: 'skipped', detail: `${failure.step} failed` });
      continue;
    }
    const startedAt = now();
    context.journal.append({
      type: 'step-started',
      phase: phase.name,
      step: step.name,
      targetSeconds: step.target(phase),
    });
    try {
      context.signal.throwIfAborted();
      const { name, plan } = step;
      const waited = await askBefore(course, { name, plan: plan(phase) }, course.deps.beforeStep);
      const { waitedOnHuman = 0, detail } = await step.run(course);
      end(step, { outcome: 'done', startedAt, waitedOnHuman: waited + waitedOnHuman, detail });
    } catch (error) {
      const message = context.signal.aborted
        ? `stopped: ${reasonOf(context.signal.reason)}`
        : reasonOf(error);
      failure = { step: step.name, error, message };
      end(step, { outcome: 'failed', startedAt, detail: message });
    }
  }
  return failure;
}
