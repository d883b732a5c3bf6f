import type { RunRecord } from '../../record/record.ts';
import { dateTime, duration, secondsBetween } from '../figures.ts';
import { headlineParts } from '../headline.ts';
import { type Markup, markup } from '../markup.ts';
import { VERDICT_MEANINGS, VERDICT_WORDS } from '../words.ts';
import { SIGNS, toneOfVerdict } from './tone.ts';

/** What run this is, in one line. */
export function masthead(record: RunRecord): Markup {
  const { run } = record;
  return markup`<header class="top"><b class="wrap">Ordeal ${'·'} ${run.kind} on ${run.platform}</b>
<span>${dateTime(run.startedAt)}</span><span>${duration(secondsBetween(run.startedAt, run.finishedAt))}</span><span class="wrap">run ${run.id}</span></header>`;
}

/** The verdict, what decided it, and what happened. */
export function banner(record: RunRecord): Markup {
  const { outcome, exitCode, reasons } = record.verdict;
  const tone = toneOfVerdict(outcome);
  const shown = reasons.length === 0 ? [VERDICT_MEANINGS[outcome]] : reasons;
  return markup`<section class="sheet verdict is-${tone}"><h1><strong><span aria-hidden="true" class="sign">${SIGNS[tone]}</span> ${VERDICT_WORDS[outcome]}</strong><span>exit code ${exitCode} ${'·'} ${VERDICT_MEANINGS[outcome]}</span></h1>
<ol class="reasons">${shown.map((reason) => markup`<li class="wrap">${reason}</li>`)}</ol>
<ul class="said">${headlineParts(record).map((part) => markup`<li class="wrap">${part}</li>`)}</ul></section>`;
}
