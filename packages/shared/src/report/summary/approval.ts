import type { ApprovalRecord } from '../../record/record.ts';
import { quantity } from '../figures.ts';

/** Who let a step go on, and why. What was waited for that is not in the figure that is named. */
export function approvalInWords(one: ApprovalRecord, figure: string): string {
  const { step, approved, by, answeredAt, waitedSeconds, why } = one;
  const waited =
    waitedSeconds === 0 ? '' : `, after ${quantity(waitedSeconds, 's')} that are not in ${figure}`;
  const because = why === '' ? '' : ` (${why})`;
  return `${step}: ${approved ? 'approved' : 'not approved'} by ${by} at ${answeredAt}${waited}${because}`;
}
