import type { ApprovalRecord } from '@ordeal/shared/record/record';
import type { Course } from './course.ts';
import type { Approve } from './drill.ts';

/**
 * Asks whether to go on, and keeps who said so, when and why. The time until then is a person's, not the platform's.
 * Rejects when the answer is no. Without anybody to ask it goes on, and the record says that nobody was asked.
 */
export async function askToGoOn(
  course: Course,
  step: string,
  question: string,
  approve: Approve | undefined,
): Promise<ApprovalRecord> {
  const { clock, signal, journal } = course.context;
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
      : await approve(question, signal);
  const now = clock.now();
  if (approve !== undefined) course.waits.push({ from: asked, to: now, step });
  const record: ApprovalRecord = {
    step,
    question,
    approved: answer.approved,
    how: answer.how ?? 'terminal',
    by: answer.by,
    why: answer.why ?? '',
    askedAt,
    answeredAt: iso(),
    waitedSeconds: approve === undefined ? 0 : (now - asked) / 1000,
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
