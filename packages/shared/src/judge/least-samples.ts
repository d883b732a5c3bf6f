import type { Objective } from '../objectives/objective.ts';

/** One-sided: the chance to miss violations that are as frequent as the limit. */
const MISS = 0.05;
/** For limits that no number of samples could prove. */
const STRICT = 299;

/**
 * However few the samples are, a violation is proven by so many of them that certainly violate the limit, when the
 * value's better end is beyond the limit too. Fewer may be chance.
 */
export const PROVEN_BY = 10;

/** Fewer scrapes than this say little about a gauge. */
const LEAST_SCRAPES = 4;

/**
 * Samples after which violations as frequent as `share` would have shown at least once with 95 %:
 * ln 0.05 / ln(1 - share). That is 299 for 1 %, 59 for 5 %.
 */
export function leastForShare(share: number): number {
  if (!(share > 0)) return STRICT;
  return share >= 1 ? 1 : Math.ceil(Math.log(MISS) / Math.log1p(-share) - 1e-9);
}

/** Least samples of an objective by its signal, where neither it nor its window names any. */
export function defaultLeast({ signal, comparator, limit }: Objective): number {
  switch (signal.measure) {
    case 'error-ratio':
    case 'ratio':
      return leastForShare(comparator === '<' || comparator === '<=' ? limit : 1 - limit);
    case 'latency':
      return leastForShare(1 - signal.quantile);
    case 'gauge':
      return LEAST_SCRAPES;
    default:
      return 1;
  }
}
