import type { LimitRecord } from '../../record/limit-record.ts';
import type { RunRecord } from '../../record/record.ts';
import { type Markup, markup } from '../markup.ts';
import { dataTable } from './table.ts';
import { toned } from './tone.ts';

/** Each limit that was looked at: what was checked, and what was found. */
export function limitsSection(record: RunRecord): Markup | null {
  const limits = record.limits ?? [];
  if (limits.length === 0) return null;
  return markup`<section class="sheet"><h2>Limits</h2>${limits.map(limitUnit)}</section>`;
}

const tones = { held: 'pass', broken: 'fail', unknown: 'unknown' } as const;

function limitUnit({ name, limit, checks }: LimitRecord): Markup {
  return markup`<div class="unit"><h3 class="wrap">${name} <span class="soft">${limit === name ? '' : limit}</span></h3>${dataTable(
    'Checks in their order',
    [{ heading: 'Check' }, { heading: 'Outcome', align: 'tight' }, { heading: 'What was found' }],
    checks.map((check) => [check.name, toned(tones[check.outcome], check.outcome), check.detail]),
  )}</div>`;
}
