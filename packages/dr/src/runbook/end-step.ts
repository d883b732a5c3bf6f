import type { RunContext } from '@ordeal/shared/drivers/run-context';
import { missedTarget } from '@ordeal/shared/record/missed-target';
import type { StepRecord } from '@ordeal/shared/record/record';
import type { Span } from '@ordeal/shared/time/interval';

/** A runbook under way: a drill or a restore. */
interface Stepping {
  readonly phase: { readonly name: string; readonly title: string };
  readonly context: Pick<RunContext, 'clock' | 'journal'>;
  readonly steps: StepRecord[];
  /** When it stood still for a person, and in which step. Monotonic milliseconds. */
  readonly waits: readonly (Span & { readonly step: string })[];
}

/** Writes a step that has just ended into the record and the journal, and warns of a target that it has missed. */
export function endStep(
  { phase, context, steps, waits }: Stepping,
  step: Omit<StepRecord, 'endedAt' | 'waitedOnHuman'>,
): void {
  const record: StepRecord = {
    ...step,
    endedAt: new Date(context.clock.wall()).toISOString(),
    waitedOnHuman: waits
      .filter((wait) => wait.step === step.name)
      .reduce((sum, { from, to }) => sum + (to - from) / 1000, 0),
  };
  steps.push(record);
  const missed = missedTarget(record);
  if (missed !== undefined) context.journal.append({ type: 'warning', message: `${phase.title}: ${missed}` });
  const { name, outcome, detail } = record;
  context.journal.append({ type: 'step-ended', phase: phase.name, step: name, outcome, detail });
}
