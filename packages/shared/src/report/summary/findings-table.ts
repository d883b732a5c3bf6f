import type { Finding } from '../../objectives/finding.ts';
import { count } from '../figures.ts';
import { worstFirst } from '../order.ts';
import { explanationInWords, boundInWords, OUTCOME_SIGNS, reasonInWords, valueInWords } from '../words.ts';
import { escapeMarkdown, markdownTable } from './markdown.ts';

// A job summary may hold 1 MiB; whoever has more findings reads the report.
const MOST_ROWS = 200;

/** The findings, worst first; those beyond two hundred are only counted. */
export function findingsTable(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'Nothing was judged.';
  const sorted = worstFirst(findings);
  const table = markdownTable(
    ['Outcome', 'Objective', 'Window', '>Value', '>Limit', '>Samples', 'Why'],
    sorted
      .slice(0, MOST_ROWS)
      .map((finding) => [
        outcomeCell(finding),
        escapeMarkdown(finding.objective),
        escapeMarkdown(finding.window),
        escapeMarkdown(claimed(finding)),
        escapeMarkdown(boundInWords(finding)),
        count(finding.samples),
        whyCell(finding),
      ]),
  );
  const rest = sorted.slice(MOST_ROWS);
  if (rest.length === 0) return table;
  const bad = rest.filter((finding) => finding.outcome !== 'pass').length;
  return `${table}\n\n${count(rest.length)} more are in the report, ${count(bad)} of them not passed.`;
}

function outcomeCell(finding: Finding): string {
  const word = `${OUTCOME_SIGNS[finding.outcome]} ${finding.outcome}`;
  if (finding.outcome === 'pass') return word;
  return finding.severity === 'must' ? `**${word}**` : `${word} (should)`;
}

function whyCell(finding: Finding): string {
  const reason = finding.outcome === 'inconclusive' ? reasonInWords(finding.reason) : undefined;
  const said = finding.outcome === 'pass' ? undefined : explanationInWords(finding);
  return escapeMarkdown([reason, said].filter((part) => part !== undefined).join(': '));
}

function claimed(finding: Finding): string {
  return finding.claim === undefined ? valueInWords(finding) : `${valueInWords(finding)} (${finding.claim})`;
}
