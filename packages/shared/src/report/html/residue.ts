import type { RunRecord } from '../../record/record.ts';
import { counted } from '../figures.ts';
import { type Markup, markup } from '../markup.ts';
import { dataTable } from './table.ts';
import { toned } from './tone.ts';

/** What the run has left behind, and how to remove it. */
export function residueSection(record: RunRecord): Markup {
  const { residue } = record;
  const body =
    residue.length === 0
      ? markup`<p>${toned('pass', 'Nothing was left behind.')}</p>`
      : markup`<p>${toned('fail', `${counted(residue.length, 'thing')} left behind.`)} <code>ordeal recover</code> removes what it can, and names the rest.</p>${dataTable(
          'Left behind',
          [{ heading: 'What' }, { heading: 'Where' }, { heading: 'How to remove it' }],
          residue.map((left) => [left.what, left.where, left.how]),
        )}`;
  return markup`<section class="sheet"><h2>Residue</h2>${body}</section>`;
}
