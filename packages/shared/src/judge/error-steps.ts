import { NotACounter, type WallSpan } from '../prometheus/counters.ts';
import { numberOf, type RawSeries } from '../prometheus/reading.ts';
import { segmentsOf } from '../prometheus/segments.ts';

/** An error ratio, step by step. Wall-clock milliseconds. */
export interface ErrorSteps {
  /** Steps in which anything was counted. */
  readonly withTraffic: number;
  /** End of the last step in which anything was counted. */
  readonly trafficUntil: number;
  /** The last step whose ratio reached the limit; null when there was none. */
  readonly lastOver: WallSpan | null;
}

/**
 * Follows an error ratio in steps of one scrape: growth between two scrapes belongs to the step of the later one.
 * Throws `NotACounter`.
 */
export function errorSteps(
  bad: readonly RawSeries[],
  all: readonly RawSeries[],
  span: WallSpan,
  stepMs: number,
  limit: number,
): ErrorSteps {
  const badSteps = growthBySteps(bad, span, stepMs);
  const allSteps = growthBySteps(all, span, stepMs);
  const busy = [...allSteps].filter(([, growth]) => growth > 0).sort(([left], [right]) => left - right);
  const over = busy.findLast(([step, growth]) => (badSteps.get(step) ?? 0) / growth >= limit);
  const spanOf = (step: number): WallSpan => ({
    from: span.from + (step - 1) * stepMs,
    to: span.from + (step + 1) * stepMs,
  });
  const last = busy.at(-1);
  return {
    withTraffic: busy.length,
    trafficUntil: last === undefined ? span.from : spanOf(last[0]).to,
    // A scrape may stand for growth that is one scrape older than its step.
    lastOver: over === undefined ? null : spanOf(over[0]),
  };
}

function growthBySteps(
  series: readonly RawSeries[],
  span: WallSpan,
  stepMs: number,
): ReadonlyMap<number, number> {
  const steps = new Map<number, number>();
  for (const { samples } of series) {
    const values = samples.map(([at, value]) => [at, numberOf(value)] as const);
    const odd = values.find(([, value]) => !Number.isFinite(value));
    if (odd !== undefined) throw new NotACounter(`expected a counter, found the value ${odd[1]}`);
    for (const segment of segmentsOf(values, undefined, -Infinity)) {
      if (segment.to <= span.from || segment.to > span.to) continue;
      const step = Math.floor((segment.to - span.from) / stepMs);
      // A series that appears after the fault counts from zero: it was not there before.
      const growth = segment.from === -Infinity ? segment.high : segment.low;
      steps.set(step, (steps.get(step) ?? 0) + growth);
    }
  }
  return steps;
}
