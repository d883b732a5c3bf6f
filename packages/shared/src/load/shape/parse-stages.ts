import type { RateLeg } from '../workload.ts';
import { parseRate, parseSeconds, type Parsed } from './quantities.ts';

const HINT =
  'Write stages as duration@rate, parted by commas; a rate may change on the way: 30s@0..100,5m@100,1m@100..50.';

/**
 * Stages as text: `30s@0..100,5m@100,1m@100..50`. A leg at one rate is a plateau, one between two is a ramp. A ramp may
 * begin or end at 0. At least one leg has a rate.
 */
export function parseStages(text: string): Parsed<readonly RateLeg[]> {
  const legs: RateLeg[] = [];
  for (const [index, part] of text.split(',').entries()) {
    const leg = parseLeg(part);
    if (!leg.ok) return { ok: false, problem: `Stage ${index + 1}: ${leg.problem} ${HINT}` };
    legs.push(leg.value);
  }
  if (legs.every(({ from, to }) => from === 0 && to === 0)) {
    return { ok: false, problem: `"${text}" has no stage with a rate. ${HINT}` };
  }
  return { ok: true, value: legs };
}

function parseLeg(text: string): Parsed<RateLeg> {
  const [duration, rates, ...more] = text.trim().split('@');
  if (duration === undefined || rates === undefined || more.length > 0) {
    return { ok: false, problem: `"${text.trim()}" is not one duration and one rate.` };
  }
  const seconds = parseSeconds(duration);
  if (!seconds.ok) return seconds;
  const ends = rates.split('..');
  if (ends.length > 2) return { ok: false, problem: `"${rates}" is not one rate, nor two.` };
  const parsed = ends.map((end) =>
    /^0+(\/[smh])?$/.test(end.trim()) ? ({ ok: true, value: 0 } as const) : parseRate(end),
  );
  const mistake = parsed.find((one) => !one.ok);
  if (mistake !== undefined && !mistake.ok) return mistake;
  const [from = 0, to = from] = parsed.flatMap((one) => (one.ok ? [one.value] : []));
  return { ok: true, value: { seconds: seconds.value, from, to } };
}
