import { figure } from '../../figures.ts';
import { type Markup, markup } from '../../markup.ts';
import { linear, logarithmic, place, powersOfTen, roundTicks, type Scale } from '../scale.ts';
import { LEFT, RIGHT, type Row } from './frame.ts';
import type { LoadPoint } from './model.ts';

const TITLE = 20;

/** The client's requests a second. */
export function ratePanel(points: readonly LoadPoint[], bin: number, row: Row): Markup {
  const most = Math.max(1, ...points.map((point) => point.rate));
  const axis = linearAxis(most, row);
  return markup`${panelFrame('Requests per second', row, axis)}${curve(points, bin, row.x, axis.y, (point) => point.rate)}`;
}

/** Failed requests, and dropped iterations on top of them. */
export function failedPanel(points: readonly LoadPoint[], bin: number, row: Row): Markup {
  const most = Math.max(1, ...points.map((point) => point.failed + point.dropped));
  const axis = linearAxis(most, row);
  const all = points.reduce((sum, point) => sum + point.failed, 0);
  const width = place(Math.max(1.5, row.x(bin) - row.x(0) - 0.6));
  const bottom = row.top + row.height;
  const title = `Failed requests (filled) and dropped iterations (hollow) ${bin === 1 ? 'per second' : `per ${bin} s`}`;
  return markup`${panelFrame(all === 0 ? `${title}: none failed` : title, row, axis)}${points.map((point) => {
    if (point.failed + point.dropped === 0) return null;
    const x = place(row.x(point.at) - width);
    const failed = axis.y(point.failed);
    const dropped = axis.y(point.failed + point.dropped);
    return markup`<rect class="failed" x="${x}" y="${failed}" width="${width}" height="${place(bottom - failed)}"/>${point.dropped > 0 ? markup`<rect class="dropped" x="${place(x + 0.5)}" y="${dropped}" width="${place(width - 1)}" height="${place(failed - dropped)}"/>` : null}`;
  })}`;
}

/** p95 of the client's latency, with the limit that it is judged by. Logarithmic where it spans widely. */
export function latencyPanel(
  points: readonly LoadPoint[],
  bin: number,
  row: Row,
  limitMs: number | undefined,
): Markup {
  const values = points.flatMap((point) => (point.p95Ms !== null && point.p95Ms > 0 ? [point.p95Ms] : []));
  const shown = limitMs === undefined ? values : [...values, limitMs];
  const most = Math.max(1, ...shown);
  const least = Math.min(most, ...shown);
  const wide = most / least > 10;
  const axis = wide ? logAxis(least, most, row) : linearAxis(most, row);
  const gaps = points.some((point) => point.p95Ms === null) ? '; gaps: no request succeeded' : '';
  const title = `Latency p95, ms${wide ? ', logarithmic' : ''}${limitMs === undefined ? '' : `; dashed: limit ${figure(limitMs)} ms`}${gaps}`;
  const limit =
    limitMs === undefined
      ? null
      : markup`<line class="limit" x1="${LEFT}" x2="${RIGHT}" y1="${axis.y(limitMs)}" y2="${axis.y(limitMs)}"/>`;
  return markup`${panelFrame(title, row, axis)}${limit}${curve(points, bin, row.x, axis.y, (point) => point.p95Ms)}`;
}

interface Axis {
  readonly y: Scale;
  readonly ticks: readonly number[];
}

function linearAxis(most: number, row: Row): Axis {
  const ticks = roundTicks(most, 3);
  return { ticks, y: linear([0, ticks.at(-1) ?? 1], [row.top + row.height, row.top + TITLE]) };
}

function logAxis(least: number, most: number, row: Row): Axis {
  const ticks = powersOfTen(least, most);
  const domain = [ticks[0] ?? 1, ticks.at(-1) ?? 10] as const;
  return { ticks, y: logarithmic(domain, [row.top + row.height, row.top + TITLE]) };
}

function panelFrame(title: string, row: Row, axis: Axis): Markup {
  return markup`<text class="title" x="${LEFT + 5}" y="${row.top + 12}">${title}</text>${axis.ticks.map(
    (tick, index) =>
      markup`<line class="${index === 0 ? 'base' : 'grid'}" x1="${LEFT}" x2="${RIGHT}" y1="${axis.y(tick)}" y2="${axis.y(tick)}"/><text x="${LEFT - 6}" y="${place(axis.y(tick) + 4)}" text-anchor="end">${figure(tick)}</text>`,
  )}\n`;
}

// A gap in the data is a gap in the line: nothing is drawn where nothing was measured.
function curve(
  points: readonly LoadPoint[],
  bin: number,
  x: Scale,
  y: Scale,
  value: (point: LoadPoint) => number | null,
): Markup {
  let path = '';
  let before: number | undefined;
  for (const point of points) {
    const here = value(point);
    if (here === null || !Number.isFinite(here)) {
      before = undefined;
      continue;
    }
    const joined = before !== undefined && point.at - before <= 2.5 * bin;
    // A lone point would be invisible as a line without length.
    path += joined ? `L${x(point.at)} ${y(here)}` : `M${place(x(point.at) - 0.8)} ${y(here)}h.8`;
    before = point.at;
  }
  return markup`<path class="rate" d="${path}"/>\n`;
}
