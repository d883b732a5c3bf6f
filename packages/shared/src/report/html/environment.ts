import type { RunRecord } from '../../record/record.ts';
import { dateTime } from '../figures.ts';
import { type Markup, markup } from '../markup.ts';

/** What it ran with, and how to judge it again. */
export function environmentSection(record: RunRecord): Markup {
  const { run, environment } = record;
  return markup`<section class="sheet"><h2>Environment</h2><div class="two"><div><h3>Versions</h3>${facts({ ordeal: run.suiteVersion, ...environment.versions })}</div>
<div><h3>Settings</h3>${facts({ ...environment.settings, seed: String(run.seed), commit: run.commit ?? 'none: the platform file is in no checkout' })}</div></div>
<h3>Judge it again</h3><p class="note">The folder of the run holds the queries, the raw samples and the journal. This recomputes the verdict from it alone, without the platform:</p>
<pre>ordeal judge ${run.id}</pre></section>`;
}

/** When the page's data ends. */
export function colophon(record: RunRecord): Markup {
  return markup`<footer>Finished ${dateTime(record.run.finishedAt)}. Times are UTC; intervals are bounds within which the true value lies, rounded outwards.</footer>`;
}

function facts(values: Readonly<Record<string, string>>): Markup {
  const sorted = Object.entries(values).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return markup`<dl class="facts">${sorted.map(([name, value]) => markup`<dt class="wrap">${name}</dt><dd class="wrap">${value}</dd>`)}</dl>`;
}
