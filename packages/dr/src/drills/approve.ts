import type { ApprovalRecord } from '@ordeal/shared/record/record';
import type { RunContext } from '@ordeal/shared/drivers/run-context';
import type { Span } from '@ordeal/shared/time/interval';
import type { Approve } from './drill.ts';

/** What waits for a person, and keeps what that person has said: a drill or a restore under way. */
export interface Waiting {
  readonly phase: { readonly name: string };
  readonly context: Pick<RunContext, 'clock' | 'journal'>;
  readonly approvals: ApprovalRecord[];
  /** When it stood still for a person, and before which step. Monotonic milliseconds. */
  readonly waits: (Span & { readonly step: string })[];
}

/** Milliseconds between two moments, both monotonic, for which it stood still for a person. */
export function waitedBetween({ waits }: Pick<Waiting, 'waits'>, from: number, to: number): number {
  return waits.reduce((sum, wait) => sum + Math.max(0, Math.min(wait.to, to) - Math.max(wait.from, from)), 0);
}

/**
 * Asks whether to go on, and keeps who said so, when and why. The time until then is a person's, not the platform's.
 * Rejects when the answer is no. Without anybody to ask it goes on, and the record says that nobody was asked.
 */
export async function askToGoOn(
  course: Waiting,
  step: string,
  question: string,
  approve: Approve | undefined,
  signal: AbortSignal,
): Promise<ApprovalRecord> {
  const { clock, journal } = course.context;
  const asked = clock.now();
  const iso = (): string => new Date(clock.wall()).toISOString();
  const askedAt = iso();
  const answer =
    approve === undefined
      ? ({
          approved: true,
          how: 'unattended',
          by: 'the drill itself',
          why: 'unattended: nobody was asked',
        } as const)
      : await whileWaiting(course, step, () => approve(question, signal));
  const record: ApprovalRecord = {
    step,
    question,
    approved: answer.approved,
    how: answer.how ?? 'terminal',
    by: answer.by,
    why: answer.why ?? '',
    askedAt,
    answeredAt: iso(),
    waitedSeconds: approve === undefined ? 0 : (clock.now() - asked) / 1000,
  };
  course.approvals.push(record);
  journal.append({ type: 'approval', phase: course.phase.name, approval: record });
  if (!record.approved) {
    throw new Error(
      `${record.by} decided against it${record.why === '' ? '' : ` (${record.why})`}: ${question}`,
    );
  }
  return record;
}

/** Also when nobody answers, and the run is ended: how long it stood still until then was a person's time as well. */
async function whileWaiting<T>({ context, waits }: Waiting, step: string, ask: () => Promise<T>): Promise<T> {
  const from = context.clock.now();
  try {
    return await ask();
  } finally {
    waits.push({ from, to: context.clock.now(), step });
  }
}

/** Step by step: a person is asked before each. Returns the seconds that took. */
export async function askBefore(
  course: Waiting,
  step: { readonly name: string; readonly plan: string },
  beforeStep: Approve | undefined,
  signal: AbortSignal,
): Promise<number> {
  if (beforeStep === undefined) return 0;
  const question = `Next step of ${course.phase.name} is "${step.name}": ${step.plan}. Go on?`;
  return (await askToGoOn(course, step.name, question, beforeStep, signal)).waitedSeconds;
}
