import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { RestoreCourse } from '../course.ts';
import type { RestorePhase } from '@ordeal/shared/scenario/restore-phase';
import type { RestoreStepName } from '@ordeal/shared/scenario/restore-steps';

/** One step of a restore's runbook. */
export interface RestoreStep {
  readonly name: RestoreStepName;
  /** What it does, as a sentence for the plan. */
  readonly plan: (phase: RestorePhase) => string;
  /** What a person is asked before it, even where not each step is asked about; without it, nothing. */
  readonly asks?: (course: RestoreCourse) => string;
  /** Returns what came of it. */
  readonly run: (course: RestoreCourse, context: DriverContext) => Promise<string>;
}
