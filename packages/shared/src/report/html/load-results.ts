import type { CapacityRecord, LeakRecord, RunRecord, SettlingRecord } from '../../record/record.ts';
import { count, duration, quantity } from '../figures.ts';
import {
  bracketInWords,
  firstToBreakInWords,
  growthInWords,
  LEAK_WORDS,
  settlingInWords,
  stepInWords,
  untilExhaustedInWords,
} from '../load-words.ts';
import { type Markup, markup } from '../markup.ts';
import { dataTable } from './table.ts';
import { toned, type Tone } from './tone.ts';

/** What the shapes of load showed as a whole: capacity, settling, leaks. */
export function loadResults({ capacities = [], settlings = [], leaks = [] }: RunRecord): Markup {
  return markup`${capacities.map(capacityUnit)}${settlings.length === 0 ? null : settlingUnit(settlings)}${leaks.length === 0 ? null : leakUnit(leaks)}`;
}

function capacityUnit({ phase, capacity, steps }: CapacityRecord): Markup {
  return markup`<div class="unit"><h3 class="wrap">${phase}: capacity ${bracketInWords(capacity)}</h3><p class="note wrap">${firstToBreakInWords(capacity)}</p>${dataTable(
    'Every rate that was tried, in order',
    [
      { heading: 'Iterations/s' },
      { heading: 'Outcome', align: 'tight' },
      { heading: 'Judged', align: 'right' },
      { heading: 'Requests', align: 'right' },
      { heading: 'Failed', align: 'right' },
      { heading: 'Dropped', align: 'right' },
      { heading: 'p95', align: 'right' },
      { heading: 'Why' },
    ],
    steps.map((step) => [
      String(step.rate),
      toned(
        ({ held: 'pass', broke: 'fail', short: 'unknown', unclear: 'unknown' } as const)[step.outcome],
        stepInWords(step),
      ),
      quantity(step.seconds, 's'),
      ...[step.requests, step.failed, step.dropped].map(count),
      quantity(step.p95Ms, 'ms'),
      step.detail,
    ]),
  )}</div>`;
}

function settlingUnit(settlings: readonly SettlingRecord[]): Markup {
  const tones: Readonly<Record<SettlingRecord['outcome'], Tone>> = {
    settled: 'pass',
    'not-settled': 'fail',
    'cannot-tell': 'unknown',
  };
  return markup`<div class="unit"><h3>After the spike</h3><dl class="facts">${settlings.map(
    (one) =>
      markup`<dt class="wrap">${one.phase}</dt><dd class="wrap">${toned(tones[one.outcome], settlingInWords(one))}</dd>`,
  )}</dl></div>`;
}

function leakUnit(leaks: readonly LeakRecord[]): Markup {
  const tones: Readonly<Record<LeakRecord['outcome'], Tone>> = {
    leak: 'fail',
    'no-leak': 'pass',
    'cannot-tell': 'unknown',
  };
  return markup`<div class="unit"><h3>Leaks</h3>${dataTable(
    'Growth that goes on, series by series',
    [
      { heading: 'Series' },
      { heading: 'Outcome', align: 'tight' },
      { heading: 'Growth', align: 'right' },
      { heading: 'Exhausted in', align: 'right' },
      { heading: 'Over', align: 'right' },
      { heading: 'Lives', align: 'right' },
      { heading: 'What was seen' },
    ],
    leaks.map((leak) => [
      markup`<span class="wrap">${leak.series}</span>`,
      toned(tones[leak.outcome], LEAK_WORDS[leak.outcome]),
      growthInWords(leak),
      untilExhaustedInWords(leak),
      duration(leak.judgedSeconds),
      `${count(leak.lives.judged)} of ${count(leak.lives.all)}`,
      leak.detail,
    ]),
  )}</div>`;
}
