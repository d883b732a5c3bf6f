import type { DrillRecord, RunRecord, StepRecord } from '../../record/record.ts';
import {
  count,
  counted,
  duration,
  figure,
  interval,
  quantity,
  secondsBetween,
  timeOfDay,
} from '../figures.ts';
import { outageInWords, recoveryInWords } from '../headline.ts';
import { type Markup, markup } from '../markup.ts';
import { ledgerFacts } from './ledger.ts';
import { dataTable } from './table.ts';
import { toneAgainst, toned } from './tone.ts';
import { waterfall } from './waterfall.ts';

/** Each drill: recovery against its target, its parts, the outage by stream, the writes, the steps. */
export function drillsSection(record: RunRecord): Markup | null {
  if (record.drills.length === 0) return null;
  return markup`<section class="sheet"><h2>Drills</h2>${record.drills.map(drillUnit)}</section>`;
}

function drillUnit(drill: DrillRecord): Markup {
  const failed =
    drill.failed === undefined
      ? null
      : markup`<p class="wrap">${toned('fail', 'failed:')} ${drill.failed}</p>`;
  return markup`<div class="unit"><h3 class="wrap">${drill.name} <span class="soft">${drill.name === drill.kind ? '' : drill.kind}</span></h3>${failed}
<p>${toned(toneAgainst(drill.rto, drill.rto.target), recoveryInWords(drill))}, target ${quantity(drill.rto.target, 's')}; ${outageInWords(drill)}; ${counted(drill.flaps, 'flap')}, ${figure(drill.badSeconds)} bad seconds in all.</p>
<p class="note">Second witness: ${witness(drill)}</p>
${waterfall(drill)}<div class="two"><div><h3>What clients saw</h3>${outages(drill)}</div><div>${ledgerFacts(drill.rpo)}</div></div><h3>Runbook</h3>${steps(drill.steps)}</div>`;
}

function witness(drill: DrillRecord): Markup {
  const { agrees, detail } = drill.secondWitness;
  if (agrees === null) return markup`${toned('unknown', 'unknown')}, ${detail}`;
  return markup`${agrees ? toned('pass', 'agrees') : toned('fail', 'does not agree')}, ${detail}`;
}

function outages(drill: DrillRecord): Markup {
  if (drill.outages.length === 0) return markup`<p>${toned('unknown', 'No probe stream watched.')}</p>`;
  return dataTable(
    'Probe streams; lateness and missed ticks are the observer’s own',
    [
      { heading: 'Stream' },
      { heading: 'Outage', align: 'right' },
      { heading: 'First success', align: 'right' },
      { heading: 'Bad of attempts', align: 'right' },
      { heading: 'Lateness p99 / max', align: 'right' },
      { heading: 'Missed', align: 'right' },
    ],
    drill.outages.map((each) => [
      each.stream,
      each.outage === null
        ? 'none'
        : each.outage.high === null
          ? `> ${quantity(each.outage.low, 's')}`
          : interval(each.outage, 's'),
      each.firstSuccessSeconds === null ? '–' : quantity(each.firstSuccessSeconds, 's'),
      `${count(each.bad)} / ${count(each.attempts)}`,
      `${figure(each.latenessMs.p99)} / ${figure(each.latenessMs.max)} ms`,
      count(each.missedTicks),
    ]),
  );
}

function steps(list: readonly StepRecord[]): Markup {
  if (list.length === 0) return markup`<p class="note">No step was taken.</p>`;
  return dataTable(
    'Steps that were taken; times are UTC',
    [
      { heading: 'Step' },
      { heading: 'Outcome', align: 'tight' },
      { heading: 'Started', align: 'right' },
      { heading: 'Took', align: 'right' },
      { heading: 'Target', align: 'right' },
      { heading: 'Waited for a person', align: 'right' },
      { heading: 'What was seen' },
    ],
    list.map((step) => [
      step.name,
      toned(step.outcome === 'done' ? 'pass' : step.outcome === 'failed' ? 'fail' : 'unknown', step.outcome),
      timeOfDay(step.startedAt),
      step.endedAt === null ? 'not ended' : quantity(secondsBetween(step.startedAt, step.endedAt), 's'),
      step.target === null ? '–' : quantity(step.target, 's'),
      step.waitedOnHuman === 0 ? '–' : duration(step.waitedOnHuman),
      step.detail,
    ]),
  );
}
