import type { RunRecord } from '../../record/record.ts';
import type { JournalEntry } from '../../timeline/event.ts';
import { Markup, markup } from '../markup.ts';
import { VERDICT_WORDS } from '../words.ts';
import { banner, masthead } from './banner.ts';
import { drillsSection } from './drills.ts';
import { colophon, environmentSection } from './environment.ts';
import { experimentsSection } from './experiments.ts';
import { findingsSection } from './findings.ts';
import { keyFigures } from './key-figures.ts';
import { limitsSection } from './limits.ts';
import { loadsSection } from './loads.ts';
import { residueSection } from './residue.ts';
import { restoresSection } from './restores.ts';
import { SCRIPT, SCRIPT_DIGEST } from './script.ts';
import { STYLE, STYLE_DIGEST } from './style.ts';
import { timelineSection } from './timeline/timeline.ts';

/**
 * The record as one HTML file that needs nothing else. Its own policy forbids the browser every request, and every
 * script and style but the two that are written here.
 */
export function renderHtml(record: RunRecord, journal: readonly JournalEntry[]): string {
  const policy = `default-src 'none'; img-src data:; style-src '${STYLE_DIGEST}'; script-src '${SCRIPT_DIGEST}'; base-uri 'none'; form-action 'none'`;
  const title = `${VERDICT_WORDS[record.verdict.outcome]}: ${record.run.kind} on ${record.run.platform}`;
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">
<title>${title}</title><link rel="icon" href="data:,"><style>${new Markup(STYLE)}</style></head>
<body>${masthead(record)}<main>
${banner(record)}
${keyFigures(record)}
${timelineSection(record, journal)}
${findingsSection(record)}
${drillsSection(record)}
${restoresSection(record)}
${limitsSection(record)}
${experimentsSection(record)}
${loadsSection(record)}
${residueSection(record)}
${environmentSection(record)}
</main>${colophon(record)}<script>${new Markup(SCRIPT)}</script></body></html>
`.source;
}
