import type { WallSpan } from '../prometheus/counters.ts';
import type { Doubt } from './decide.ts';
import type { PrometheusSight } from './prometheus-sight.ts';

/** The same start may be told a little differently. */
const SAME_START_MS = 1000;

/** When Prometheus began anew during the run, by its own clock (wall milliseconds). */
export function restartOf(sight: PrometheusSight | undefined): number | undefined {
  if (sight === undefined) return undefined;
  const { before, after } = sight.startedAt;
  if (before === null || after === null || Math.abs(after - before) <= SAME_START_MS) return undefined;
  return after;
}

/** That Prometheus began anew without what it had scraped of a span before. */
export function restartDoubt(sight: PrometheusSight | undefined, span: WallSpan): Doubt | undefined {
  const at = restartOf(sight);
  if (at === undefined || sight?.kept === true || at <= span.from) return undefined;
  const lost = at >= span.to ? 'all of the window' : 'the beginning of the window';
  const what =
    sight?.kept === false
      ? `with an empty store: what it had scraped before is gone, and with it ${lost}`
      : `and it is not known whether it still has what it scraped before, which is ${lost}`;
  return {
    reason: 'observer-broke',
    sentence: `Prometheus was started anew at ${new Date(at).toISOString()}, during the run, ${what}.`,
  };
}
