import type { DrillRecord } from '../../record/record.ts';
import { interval, quantity } from '../figures.ts';
import { type Markup, markup } from '../markup.ts';
import { milestonesOf } from '../milestones.ts';
import { linear, place, type Scale } from './scale.ts';
import { toneAgainst } from './tone.ts';

const WIDTH = 600;

/**
 * What the recovery was made of, one line a milestone on a common axis from the fault: the solid part took at least
 * so long, the pale part is the doubt. The last line is the RTO against its target; a target that is far off would
 * leave no room for the rest, and is shown as an arrow.
 */
export function waterfall(drill: DrillRecord): Markup {
  const reached = milestonesOf(drill);
  // One that did not recover leaves room for its arrow.
  const ends = [...reached.map((each) => each.at.high), drill.rto.high ?? drill.rto.low * 1.1].filter(
    Number.isFinite,
  );
  const longest = Math.max(0.001, ...ends);
  const far = drill.rto.target > 3 * longest;
  const most = far ? longest * 1.2 : Math.max(longest, drill.rto.target);
  const x = linear([0, most], [1, WIDTH - 4]);
  let before = 0;
  const rows = reached.map((each) => {
    const bar = segment(before, each.at, x);
    before = each.at.low;
    return row(each.name, `+ ${interval(each.took, 's')}`, interval(each.at, 's'), bar);
  });
  const origin = drill.kind === 'failover' || drill.kind === 'observe' ? 'the fault' : 'the planned start';
  const caption = `From ${origin} to recovery`;
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption>
<thead><tr><th scope="col">Milestone</th><th scope="col" class="right">Took</th><th scope="col" class="right">After ${origin}</th><th scope="col" class="wide">0 s to ${quantity(most, 's')}${far ? '; the target is beyond' : null}</th></tr></thead>
<tbody>${rows}${row('RTO', `target ${quantity(drill.rto.target, 's')}`, total(drill), against(drill, x, far))}</tbody></table></div>`;
}

function row(name: string, took: string, after: string, drawing: Markup): Markup {
  return markup`<tr><th scope="row">${name}</th><td class="right">${took}</td><td class="right">${after}</td><td class="wide">${drawing}</td></tr>\n`;
}

function total(drill: DrillRecord): string {
  return drill.rto.high === null
    ? `> ${quantity(drill.rto.low, 's')}`
    : interval(drill.rto, 's', drill.rto.target);
}

function segment(from: number, at: { readonly low: number; readonly high: number }, x: Scale): Markup {
  const solid = place(Math.max(1, x(at.low) - x(from)));
  const doubt = place(Math.max(1, x(at.high) - x(at.low)));
  return strip(
    markup`<rect class="done" x="${x(from)}" y="5" width="${solid}" height="8"/><rect class="doubt" x="${x(at.low)}" y="5" width="${doubt}" height="8"/>`,
  );
}

function against(drill: DrillRecord, x: Scale, far: boolean): Markup {
  const { rto } = drill;
  const tone = `v-${toneAgainst(rto, rto.target)}`;
  const target = far ? WIDTH - 1 : x(rto.target);
  const tick = far
    ? markup`<path class="beyond" d="M${WIDTH - 12} 2l10 7-10 7"/>`
    : markup`<line class="tick" x1="${target}" x2="${target}" y1="1" y2="17"/>`;
  const value =
    rto.high === null
      ? markup`<path class="${tone}" d="M${x(rto.low)} 7H${WIDTH - 9}V4l7 5-7 5v-3H${x(rto.low)}z"/>`
      : markup`<rect class="${tone}" x="${x(rto.low)}" y="6" width="${place(Math.max(4, x(rto.high) - x(rto.low)))}" height="6"/>`;
  return strip(
    markup`<rect class="zone" x="1" y="4" width="${place(target - 1)}" height="10"/>${value}${tick}`,
  );
}

function strip(content: Markup): Markup {
  return markup`<svg class="strip" viewBox="0 0 ${WIDTH} 18" preserveAspectRatio="none" aria-hidden="true" focusable="false">${content}</svg>`;
}
