import type { Objective } from '../objectives/objective.ts';
import { MISS } from './sampling/limits.ts';

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

/** Of fewer requests one more or less is a difference of its own. */
const LEAST_COUNTED = 100;

/** Least samples of an objective by its signal, where neither it nor its window names any. */
export function defaultLeast({ signal, comparator, limit }: Objective): number {
  const fewIsGood = comparator === '<' || comparator === '<=';
  switch (signal.measure) {
    case 'error-ratio':
    case 'ratio':
    case 'availability':
    case 'latency-share':
      return leastForShare(fewIsGood ? limit : 1 - limit);
    case 'latency':
      return leastForShare(1 - signal.quantile);
    case 'burn-rate':
      return fewIsGood
        ? Math.max(...signal.windows.map(({ factor }) => leastForShare(limit * factor * (1 - signal.target))))
        : 1;
    case 'gauge':
    case 'saturation':
      return LEAST_SCRAPES;
    case 'difference-to-client':
      return LEAST_COUNTED;
    case 'promql':
      return signal.take === 'last' ? 1 : LEAST_SCRAPES;
    // How long there has to be something to see is asked for in seconds.
    case 'leak':
    case 'latency-growth':
    case 'capacity':
    case 'seconds-to-settle':
    case 'writers':
    case 'dropped-sessions':
    case 'seconds-to-reconnect':
    case 'point-in-time-error':
    case 'throughput':
    case 'failed-checks':
    case 'present':
    case 'age':
    case 'alerts-fired':
    case 'alerts-firing':
    case 'seconds-to-alert':
    case 'seconds-to-steady':
    case 'failed':
    case 'rto':
    case 'rpo':
    case 'detection':
    case 'failover':
    case 'lost':
    case 'anomalies':
    case 'flaps':
    case 'stale':
    case 'seconds':
    case 'backup-age':
    case 'archive-delay':
    case 'schedule-departures':
    case 'seconds-to-deploy':
    case 'seconds-to-roll-back':
    case 'seconds-to-return':
    case 'departures':
      return 1;
  }
}
