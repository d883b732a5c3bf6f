import { clockFace, count, quantity, timeOfDay } from '../../figures.ts';
import { Markup } from '../../markup.ts';
import { oneLine } from '../../text.ts';
import type { Row } from './frame.ts';
import type { TimelineModel } from './model.ts';

/** What the cursor reads out, as JSON in an element that is never executed: `[x, words]` for each point. */
export function readings(model: TimelineModel, x: Row['x']): Markup {
  const started = Date.parse(model.startedAt);
  const rows = model.load.map((point) => {
    const phase = model.phases.findLast((each) => each.from <= point.at);
    const faults = model.faults.filter((fault) => fault.from <= point.at && point.at <= fault.to);
    const words = [
      `${clockFace(point.at)} (${timeOfDay(new Date(started + point.at * 1000).toISOString())} UTC)`,
      ...(phase === undefined ? [] : [oneLine(phase.name)]),
      quantity(point.rate, 'req/s'),
      `${count(point.failed)} failed`,
      ...(point.dropped > 0 ? [`${count(point.dropped)} dropped`] : []),
      point.p95Ms === null ? 'no p95' : `p95 ${quantity(point.p95Ms, 'ms')}`,
      ...faults.map((fault) => `⚡ ${oneLine(fault.name)}`),
    ];
    return [x(point.at), words.join(' · ')];
  });
  // Within a script element only `<` could end it.
  const json = JSON.stringify(rows).replace(/</gu, String.raw`\u003c`);
  return new Markup(`<script type="application/json" id="timeline-data">${json}</script>`);
}
