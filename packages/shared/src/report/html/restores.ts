import type { RestoreCheckRecord, RestoreRecord, RunRecord } from '../../record/record.ts';
import { count, interval, quantity } from '../figures.ts';
import { type Markup, markup } from '../markup.ts';
import { restoreInWords } from '../restore-words.ts';
import { approvalsTable } from './approvals.ts';
import { stepsTable } from './steps.ts';
import { dataTable } from './table.ts';
import { toned } from './tone.ts';

/** Each backup that was brought back: how old, how fast, what was looked at. */
export function restoresSection(record: RunRecord): Markup | null {
  const restores = record.restores ?? [];
  if (restores.length === 0) return null;
  return markup`<section class="sheet"><h2>Restores</h2>${restores.map(restoreUnit)}</section>`;
}

function restoreUnit(restore: RestoreRecord): Markup {
  const { name, kind, failed, checks = [], steps = [] } = restore;
  const outcome =
    failed === undefined
      ? markup`<p>${toned('pass', restoreInWords(restore))}</p>`
      : markup`<p class="wrap">${toned('fail', 'does not count:')} ${failed}</p>`;
  return markup`<div class="unit"><h3 class="wrap">${name} <span class="soft">${kind === name ? '' : (kind ?? '')}</span></h3>${outcome}
${facts(restore)}${kind === 'archiving' ? null : looks(checks)}<h3>Runbook</h3>${stepsTable(steps)}${approvalsTable(restore)}</div>`;
}

function looks(checks: readonly RestoreCheckRecord[]): Markup {
  return markup`<h3>What was looked at</h3>${dataTable(
    'Checks in their order',
    [{ heading: 'Check' }, { heading: 'Outcome', align: 'tight' }, { heading: 'What was found' }],
    checks.map((check) => [
      check.name,
      toned(
        check.outcome === 'held' ? 'pass' : check.outcome === 'broken' ? 'fail' : 'unknown',
        check.outcome,
      ),
      check.detail,
    ]),
  )}`;
}

function facts({
  backup,
  targets,
  content,
  pointInTime,
  archiving,
  backupAgeSeconds,
  backupAgeless,
}: RestoreRecord): Markup {
  const lines = [
    ...(backup === undefined
      ? []
      : [`Backup ${backup.id} (${backup.driver}), ${count(backup.bytes)} bytes, of ${backup.instant.high}`]),
    archiving === undefined
      ? `Age ${backupAgeless === undefined ? interval(backupAgeSeconds, 's') : `not known (${backupAgeless})`}${targets === undefined ? '' : `; targets: restored in ${quantity(targets.rto, 's')}, at most ${quantity(targets.rpo, 's')} lost`}`
      : `How its source archives: ${archiving.reason}`,
    ...(content === undefined
      ? []
      : [
          `${content.rows} rows in ${content.tables} tables were read; ${content.differing.length === 0 ? 'all as at the time of the backup' : `${content.differing.length} tables differ`}`,
        ]),
    ...(pointInTime === undefined
      ? []
      : [
          `Moment ${pointInTime.target}: ${pointInTime.overshoot} markers beyond it, the state ends ${interval(pointInTime.undershootSeconds, 's')} before it`,
        ]),
  ];
  return markup`${lines.map((line) => markup`<p class="note wrap">${line}</p>`)}`;
}
