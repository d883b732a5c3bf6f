import type { Finding } from '../../objectives/finding.ts';
import type { RunRecord } from '../../record/record.ts';
import { otherObjectivesInWords } from '../../scenario/other-objectives.ts';
import { count } from '../figures.ts';
import { type Markup, markup } from '../markup.ts';
import { worstFirst } from '../order.ts';
import { claimInWords, boundInWords, OUTCOME_WORDS, reasonInWords, valueInWords } from '../words.ts';
import { bullet } from './bullet.ts';
import { toned, toneOf } from './tone.ts';

/** Every finding, worst first, its value drawn against its limit. */
export function findingsSection(record: RunRecord): Markup {
  const { findings } = record;
  if (findings.length === 0) {
    return markup`<section class="sheet"><h2>Findings</h2><p>${toned('unknown', 'Nothing was judged.')} That is never a pass.</p></section>`;
  }
  // The roles are said aloud because narrow pages lay the table out as a list, which takes them away.
  return markup`<section class="sheet findings"><h2>Findings<small>${tally(findings)}; worst first; open one to see how it was judged</small></h2>
<table role="table"><thead role="rowgroup"><tr role="row">${HEADINGS.map(
    (heading) =>
      markup`<th role="columnheader" scope="col"${heading === 'Samples' || heading === 'Value' ? markup` class="right"` : null}>${heading}</th>`,
  )}</tr></thead>
<tbody role="rowgroup">${worstFirst(findings).map(row)}</tbody></table>${others(record)}</section>`;
}

function others({ otherObjectives = [] }: RunRecord): Markup | null {
  const said = otherObjectivesInWords(otherObjectives);
  return said === undefined ? null : markup`<p class="soft">${said}</p>`;
}

const HEADINGS = ['Outcome', 'Objective', 'Window', 'Value', 'Against its limit', 'Limit', 'Samples'];

function row(finding: Finding): Markup {
  return markup`<tr role="row"><td role="cell" class="tight">${outcome(finding)}</td>
<th role="rowheader" scope="row" class="wrap">${details(finding)}</th>
<td role="cell" class="wrap soft" data-name="in">${finding.window}</td>
<td role="cell" class="right" data-name="Value">${valueInWords(finding)}</td>
<td role="cell" class="graphic">${bullet(finding)}</td>
<td role="cell" class="tight" data-name="Limit">${boundInWords(finding)}</td>
<td role="cell" class="right" data-name="Samples">${count(finding.samples)}</td></tr>\n`;
}

function outcome(finding: Finding): Markup {
  const warns =
    finding.severity === 'should' && finding.outcome !== 'pass' ? markup`<small>only warns</small>` : null;
  return markup`${toned(toneOf(finding.outcome), OUTCOME_WORDS[finding.outcome])}${warns}`;
}

function details(finding: Finding): Markup {
  const why =
    finding.outcome === 'inconclusive' ? markup`<small>${reasonInWords(finding.reason)}</small>` : null;
  const said = finding.explanation === undefined ? null : markup`<small>${finding.explanation}</small>`;
  const next = finding.wouldDecide === undefined ? null : markup`<small>${finding.wouldDecide}</small>`;
  const kind = claimInWords(finding);
  const claim = kind === undefined ? null : markup`<dt>Claim</dt><dd class="wrap">${kind}</dd>`;
  const source =
    finding.source === undefined ? null : markup`<dt>Limit from</dt><dd class="wrap">${finding.source}</dd>`;
  const query = finding.query === undefined ? null : markup`<pre>${finding.query}</pre>`;
  return markup`<details><summary>${finding.objective}${finding.severity === 'should' ? markup` <span class="soft">(should)</span>` : null}</summary><dl><dt>Signal</dt><dd class="wrap">${finding.signal}</dd>${claim}${source}</dl>${query}</details>${why}${said}${next}`;
}

function tally(findings: readonly Finding[]): string {
  const of = (wanted: Finding['outcome']): number =>
    findings.filter((each) => each.outcome === wanted).length;
  return `${count(of('pass'))} pass, ${count(of('fail'))} fail, ${count(of('inconclusive'))} inconclusive`;
}
