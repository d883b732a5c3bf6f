import type { DrillRecord } from '../../record/record.ts';
import { duration, timeOfDay } from '../figures.ts';
import { type Markup, markup } from '../markup.ts';
import { dataTable } from './table.ts';
import { toned } from './tone.ts';

/** Who let a drill or a restore go on, how and why. */
export function approvalsTable({ approvals: list = [] }: Pick<DrillRecord, 'approvals'>): Markup | null {
  if (list.length === 0) return null;
  return markup`<h3>Who let it go on</h3>${dataTable(
    'Approvals; times are UTC',
    [
      { heading: 'Step' },
      { heading: 'Answer', align: 'tight' },
      { heading: 'By' },
      { heading: 'Way', align: 'tight' },
      { heading: 'At', align: 'right' },
      { heading: 'Waited', align: 'right' },
      { heading: 'Why' },
    ],
    list.map((one) => [
      one.step,
      toned(one.approved ? 'pass' : 'fail', one.approved ? 'yes' : 'no'),
      one.by,
      one.how,
      timeOfDay(one.answeredAt),
      one.waitedSeconds === 0 ? '–' : duration(one.waitedSeconds),
      one.why,
    ]),
  )}`;
}
