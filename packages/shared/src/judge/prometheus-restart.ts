import type { WallSpan } from '../prometheus/counters.ts';
import type { Doubt } from './decide.ts';
import type { PrometheusSight } from './prometheus-sight.ts';

/** The same start may be told a little differently. */
const SAME_START_MS = 1000;

/**
 * When Prometheus began anew during the run, by its own clock (wall milliseconds). Where nobody asked it at the start,
 * as there was no run then, that is when it began at all: what matters is whether that was after what is judged began.
 */
export function restartOf(sight: PrometheusSight | undefined): number | undefined {
  if (sight === undefined) return undefined;
  const { before, after } = sight.startedAt;
  if (after === null || (before !== null && Math.abs(after - before) <= SAME_START_MS)) return undefined;
  return after;
}

/** Nobody asked before, and it began before all that is judged. */
export function beganBefore({ startedAt, kept }: PrometheusSight): boolean {
  return startedAt.before === null && startedAt.after !== null && kept === null;
}

/** That Prometheus began anew without what it had scraped of a span before. */
export function restartDoubt(sight: PrometheusSight | undefined, span: WallSpan): Doubt | undefined {
  const at = restartOf(sight);
  if (at === undefined || sight === undefined || sight.kept === true || at <= span.from) return undefined;
  // What reaches back further than the windows themselves knows by its samples how far they reach.
  if (beganBefore(sight)) return undefined;
  const lost = at >= span.to ? 'all of the window' : 'the beginning of the window';
  const what =
    sight.kept === false
      ? `with an empty store: what it had scraped before is gone, and with it ${lost}`
      : `and it is not known whether it still has what it scraped before, which is ${lost}`;
  return {
    reason: 'observer-broke',
    sentence: `Prometheus was started anew at ${new Date(at).toISOString()}, ${sight.startedAt.before === null ? 'after the beginning of what is judged' : 'during the run'}, ${what}.`,
  };
}
