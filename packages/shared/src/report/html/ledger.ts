import type { LedgerRecord } from '../../record/record.ts';
import { count, counted, quantity, timeOfDay } from '../figures.ts';
import { type Markup, markup } from '../markup.ts';
import { lossInWords, rpoInWords } from '../words.ts';
import { toned } from './tone.ts';

/** What became of the acknowledged writes, each count with what it means. */
export function ledgerFacts(ledger: LedgerRecord): Markup {
  const clean = ledger.lost === 0 && ledger.acknowledged > 0;
  const tone = ledger.lost > 0 ? 'fail' : clean ? 'pass' : 'unknown';
  return markup`<h3>What became of the writes</h3><p>${toned(tone, lossInWords(ledger))}</p>
<dl class="facts"><dt>RPO</dt><dd>${rpoInWords(ledger)}, target ${quantity(ledger.target, 's')}</dd>
<dt>Recovery point</dt><dd>${ledger.recoveryPoint === null ? 'none: nothing survived unbroken' : `${timeOfDay(ledger.recoveryPoint)} UTC, last acknowledgement of the unbroken surviving writes`}</dd>
${ledger.lostAfterFault > 0 ? markup`<dt>Split brain</dt><dd>${toned('fail', `${counted(ledger.lostAfterFault, 'lost write')} acknowledged after the fault`)}</dd>` : null}
${anomalies(ledger).map(([name, many, meaning]) => markup`<dt>${name}</dt><dd>${many === 0 ? 'none' : markup`<strong>${count(many)}</strong> <span class="soft">${meaning}</span>`}</dd>`)}
<dt>In doubt</dt><dd>${count(ledger.unresolved)} unanswered and absent, ${count(ledger.recovered)} unanswered and present <span class="soft">(neither lost nor wrong)</span></dd></dl>`;
}

function anomalies(ledger: LedgerRecord): readonly (readonly [string, number, string])[] {
  return [
    ['Stale', ledger.stale, 'missed by a read that began after the acknowledgement, seen by a later one'],
    ['Duplicate', ledger.duplicate, 'present more than once'],
    ['Phantom', ledger.phantom, 'present though never attempted'],
    ['Resurrected', ledger.resurrected, 'rejected, and present nevertheless'],
    ['Corrupt', ledger.corrupt, 'present with another content'],
    ['Holes', ledger.holes, 'lost while a later write of the same worker survived'],
  ];
}
