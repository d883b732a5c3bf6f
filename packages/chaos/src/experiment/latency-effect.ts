import type { ClientInterval, SparseHistogram } from '@ordeal/shared/load/client-interval';
import { countAtMost, mergeHistograms, quantileBounds } from '@ordeal/shared/load/histogram';
import { fisherUpperTail, type Count } from '@ordeal/shared/statistics/fisher';
import { odds, ONCE_IN, secondsOf, stretchesOf, sumOf, type Movement } from './stretches.ts';

/** So many seconds must lie beyond the band: one slow second is noise. */
const LEAST_SECONDS = 2;
/** Beyond the band: this many times its worst second, and at least so many ms. */
const FACTOR = 1.5;
const LEAST_MS = 5;

/** What counts as slow: in turn, longer than so many of all that was measured, before and during the fault. */
const SLOWER_THAN = [0.5, 0.75, 0.9, 0.95, 0.99];

interface Stretch extends Count {
  /** What was counted took longer than this. */
  readonly ms: number;
  readonly seconds: number;
  /** How likely it is by chance, times the number of looks. */
  readonly chance: number;
}

/**
 * Whether latency moved: two seconds or more have a p95 beyond the worst steady one by half of it and 5 ms, and in a
 * stretch of the fault that holds two of them, so many requests were slow that it is too unlikely for latencies that
 * are of one distribution all the time, whatever that is.
 *
 * What is slow is said by a quantile of all latencies together, before and during the fault. That bound is the same
 * however they are dealt out over the time, so that the number of slow ones that fall into a stretch is
 * hypergeometric: a median test (A. M. Mood, Introduction to the Theory of Statistics, 1950, p. 394) at other
 * quantiles, by Fisher's exact test, with no large numbers needed. A bound taken from the steady window alone would
 * have been chosen for how few lie beyond it there. Each of k looks (stretches × quantiles) is held to the k-th part
 * of the level (Bonferroni's inequality). It knows requests that are slow one by one.
 */
export function latencyEffect(
  steady: readonly ClientInterval[],
  during: readonly ClientInterval[],
): Movement {
  const worst = Math.max(...steady.map(p95));
  const limit = Math.max(worst * FACTOR, worst + LEAST_MS);
  const peak = Math.max(...during.map(p95));
  const band = `client p95 up to ${peak.toFixed(0)} ms (steady: up to ${worst.toFixed(0)} ms`;
  const isSlow = (one: ClientInterval): boolean => p95(one) > limit;
  if (during.filter(isSlow).length < LEAST_SECONDS) return { moved: false, words: `${band})` };
  const likeliestLast = slowStretches(steady, during, isSlow)
    .filter(({ chance }) => !Number.isNaN(chance))
    .toSorted((a, b) => a.chance - b.chance);
  const [unlikely] = likeliestLast;
  if (unlikely === undefined) return { moved: false, words: `${band})` };
  const { failed, offered, seconds, ms, chance } = unlikely;
  const seen = `${failed} of ${offered} took over ${ms.toFixed(0)} ms in ${seconds.toFixed(1)} s, by chance ${odds(chance)}`;
  return { moved: chance <= 1 / ONCE_IN, words: `${band}; ${seen})` };
}

function slowStretches(
  steady: readonly ClientInterval[],
  during: readonly ClientInterval[],
  isSlow: (one: ClientInterval) => boolean,
): readonly Stretch[] {
  const stretches = stretchesOf(during, LEAST_SECONDS);
  return boundsOf([...steady, ...during]).flatMap((ms) => {
    const counts = new Map([...steady, ...during].map((one) => [one, beyond(one.latency, ms)]));
    const all = sumOf([...counts.values()]);
    return stretches
      .filter((stretch) => stretch.filter(isSlow).length >= LEAST_SECONDS)
      .map((stretch) => {
        const inside = sumOf(stretch.map((one) => counts.get(one) ?? { offered: 0, failed: 0 }));
        const outside = { offered: all.offered - inside.offered, failed: all.failed - inside.failed };
        const looks = stretches.length * SLOWER_THAN.length;
        const chance = fisherUpperTail(inside, outside) * looks;
        return { ...inside, ms, seconds: secondsOf(stretch), chance };
      });
  });
}

/** Lower ends of the buckets that hold these quantiles, of all requests together. */
function boundsOf(intervals: readonly ClientInterval[]): readonly number[] {
  const all = mergeHistograms(intervals.map(({ latency }) => latency));
  return [...new Set(SLOWER_THAN.map((quantile) => quantileBounds(all, quantile)?.low ?? 0))].filter(
    (ms) => ms > 0,
  );
}

/** A bound of a coarser histogram's bucket is one of a finer's as well, but for its last digit. */
const ROUNDING = 1 + 1e-9;

function beyond(latency: SparseHistogram, ms: number): Count {
  return { offered: latency.count, failed: latency.count - countAtMost(latency, ms * ROUNDING).low };
}

function p95({ latency }: ClientInterval): number {
  return quantileBounds(latency, 0.95)?.high ?? 0;
}
