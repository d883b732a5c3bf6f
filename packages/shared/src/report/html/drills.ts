import type { DrillRecord, RunRecord } from '../../record/record.ts';
import { count, counted, duration, figure, interval, quantity } from '../figures.ts';
import { outageInWords, recoveryInWords } from '../headline.ts';
import { type Markup, markup } from '../markup.ts';
import { approvalsTable } from './approvals.ts';
import { ledgerFacts } from './ledger.ts';
import { stepsTable } from './steps.ts';
import { sessionsInWords } from '../words.ts';
import { dataTable } from './table.ts';
import { recoveryTone, toned } from './tone.ts';
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
<p>${toned(recoveryTone(drill), recoveryInWords(drill))}, target ${quantity(drill.rto.target, 's')}; ${outageInWords(drill)}; ${counted(drill.flaps, 'flap')}, ${figure(drill.badSeconds)} bad seconds in all.</p>
<p class="note">Second witness: ${witness(drill)}</p>
${sessions(drill)}${writers(drill)}${log(drill)}${backup(drill)}${waited(drill)}${bounds(drill)}
${waterfall(drill)}<div class="two"><div><h3>What clients saw</h3>${outages(drill)}</div><div>${ledgerFacts(drill.rpo)}</div></div><h3>Runbook</h3>${stepsTable(drill.steps)}${approvalsTable(drill)}</div>`;
}

function witness(drill: DrillRecord): Markup {
  const { agrees, detail } = drill.secondWitness;
  if (agrees === null) return markup`${toned('unknown', 'unknown')}, ${detail}`;
  return markup`${agrees ? toned('pass', 'agrees') : toned('fail', 'does not agree')}, ${detail}`;
}

function writers({ writers: seen }: DrillRecord): Markup | null {
  if (seen === undefined) return null;
  const tone = seen.outcome === 'excluded' ? 'pass' : seen.outcome === 'proven' ? 'fail' : 'unknown';
  return markup`<p class="note wrap">Two writers at once: ${toned(tone, seen.outcome)}, ${seen.detail}</p>`;
}

function log({ logPositions: seen }: DrillRecord): Markup | null {
  if (seen === undefined) return null;
  const tone = seen.outcome === 'all there' ? 'pass' : seen.outcome === 'lacks log' ? 'fail' : 'unknown';
  return markup`<p class="note wrap">Log of the store: ${toned(tone, seen.outcome)}, ${seen.detail}</p>`;
}

function backup({ backup: behind }: DrillRecord): Markup | null {
  if (behind === undefined) return null;
  const tone = behind.outcome === 'fresh' ? 'pass' : behind.outcome === 'not fresh' ? 'fail' : 'unknown';
  return markup`<p class="note wrap">Backup to fall back on: ${toned(tone, behind.outcome)}, ${behind.detail}</p>`;
}

function sessions({ sessions: list = [] }: DrillRecord): Markup {
  return markup`${list.map((one) => markup`<p class="note wrap">${toned(one.notBack > 0 ? 'fail' : 'pass', sessionsInWords(one))}</p>`)}`;
}

function waited({ waitedOnHuman = 0 }: DrillRecord): Markup | null {
  if (waitedOnHuman === 0) return null;
  return markup`<p class="note">Besides, it waited ${duration(waitedOnHuman)} for a person, which is not in the recovery time.</p>`;
}

/** What the configuration says, beside what was measured. */
function bounds({ bounds: list = [] }: DrillRecord): Markup | null {
  if (list.length === 0) return null;
  return dataTable(
    'What the configuration bounds',
    [
      { heading: 'Time' },
      { heading: 'Settings' },
      { heading: 'Configured', align: 'right' },
      { heading: 'Measured', align: 'right' },
      { heading: 'Meaning' },
    ],
    list.map((one) => [
      one.name,
      Object.entries(one.settings)
        .map(([name, value]) => `${name} ${value}`)
        .join(', '),
      interval(one.configured, 's'),
      one.measured === null ? '–' : interval(one.measured, 's'),
      markup`${toned(one.outcome === 'explained' ? 'pass' : 'unknown', one.outcome)} ${one.detail}`,
    ]),
  );
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
