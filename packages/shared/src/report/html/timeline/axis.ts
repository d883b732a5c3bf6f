import { clockFace } from '../../figures.ts';
import { type Markup, markup } from '../../markup.ts';
import { timeStep } from '../scale.ts';
import { LEFT, RIGHT, type Row } from './frame.ts';
import type { TimelineModel } from './model.ts';

/** Marks of the time since the run's start. */
export function timeAxis(model: TimelineModel, row: Row): Markup {
  const step = timeStep(model.seconds, 16);
  const marks = Array.from({ length: Math.floor(model.seconds / step) + 1 }, (_, index) => index * step);
  return markup`<line class="base" x1="${LEFT}" x2="${RIGHT}" y1="${row.top}" y2="${row.top}"/>${marks.map(
    (second) =>
      markup`<line class="base" x1="${row.x(second)}" x2="${row.x(second)}" y1="${row.top}" y2="${row.top + 4}"/><text x="${row.x(second)}" y="${row.top + 16}" text-anchor="${second === 0 ? 'start' : 'middle'}">${clockFace(second)}</text>`,
  )}\n`;
}
