import type { Finding } from '../../objectives/finding.ts';
import { type Markup, markup } from '../markup.ts';
import { linear, place } from './scale.ts';
import { toneOf } from './tone.ts';

const WIDTH = 170;
const MIDDLE = 8;

/**
 * The value's interval against its limit: the tinted side is allowed, the upright stroke is the limit, the bar the
 * value; an arrow stands for no upper bound. The same is written beside it, so it is hidden from screen readers.
 */
export function bullet(finding: Finding): Markup {
  const { value, limit } = finding;
  const ends = value === null ? [limit] : [limit, value.low, value.high ?? value.low];
  const known = ends.filter((end) => Number.isFinite(end));
  const least = Math.min(0, ...known);
  const most = Math.max(...known, least);
  const room = (most - least || 1) * 1.2;
  const x = linear([least, least + room], [3, WIDTH - 3]);
  const edge = x(limit);
  const below = finding.comparator.startsWith('<');
  const zone = below ? { from: 1, to: edge } : { from: edge, to: WIDTH - 1 };
  return markup`<svg class="bullet" viewBox="0 0 ${WIDTH} 16" preserveAspectRatio="none" aria-hidden="true" focusable="false">
<rect class="zone" x="${zone.from}" y="4" width="${place(Math.max(0, zone.to - zone.from))}" height="8"/>
<line class="base" x1="1" x2="${WIDTH - 1}" y1="12.5" y2="12.5"/>${bar(finding, x)}
<line class="tick" x1="${edge}" x2="${edge}" y1="1" y2="15"/></svg>`;
}

function bar(finding: Finding, x: (value: number) => number): Markup | null {
  const { value } = finding;
  if (value === null || !Number.isFinite(value.low)) return null;
  const tone = `v-${toneOf(finding.outcome)}`;
  const from = x(value.low);
  if (value.high === null || !Number.isFinite(value.high)) {
    return markup`<path class="${tone}" d="M${from} ${MIDDLE - 2}H${WIDTH - 9}v-3l7 5-7 5v-3H${from}z"/>`;
  }
  const width = place(Math.max(4, x(value.high) - from));
  // A value at the very limit would hide behind its stroke: its least width is kept on both sides.
  const start = width === 4 ? place(Math.max(0, from - 2)) : from;
  return markup`<rect class="${tone}" x="${start}" y="${MIDDLE - 3}" width="${width}" height="6"/>`;
}
