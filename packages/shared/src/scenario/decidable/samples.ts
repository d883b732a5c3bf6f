import { defaultLeast } from '../../judge/least-samples.ts';
import type { Objective } from '../../objectives/objective.ts';
import { figure, type Concern, type Obstacle } from './concern.ts';

/** A window in which fewer events are to be expected than could decide the objective. */
export function samplesObstacle(concern: Concern): Obstacle | undefined {
  const { objective, window } = concern;
  if (window.seconds === null || !countsEvents(objective)) return undefined;
  const needed = leastOf(objective);
  const rate = expectedRate(concern);
  if (rate === undefined || Math.floor(rate.perSecond * window.seconds + 1e-9) >= needed.samples) {
    return undefined;
  }
  const longer = rate.perSecond > 0 ? Math.ceil(needed.samples / rate.perSecond) : undefined;
  return {
    expected: `at least ${needed.samples} samples${needed.because}`,
    found: `about ${Math.floor(rate.perSecond * window.seconds)} in ${figure(window.seconds)} s (${rate.words})`,
    hint:
      longer === undefined
        ? 'send load under the window'
        : `make the window at least ${longer} s long, or raise the rate`,
  };
}

/** Signals whose samples are requests or observations. The samples of others are scrapes, or facts. */
function countsEvents({ signal }: Objective): boolean {
  switch (signal.measure) {
    case 'error-ratio':
    case 'availability':
    case 'ratio':
    case 'latency':
    case 'latency-share':
      return true;
    case 'throughput':
      return signal.from === 'client';
    default:
      return false;
  }
}

/**
 * With no violation among n events, the one-sided 95 % limit of an inferred share is 1 - 0.05^(1/n): that is within
 * the objective's limit from the same number on that shows an observed one. A smaller `leastSamples` does not help.
 */
function leastOf(objective: Objective): { readonly samples: number; readonly because: string } {
  const own = objective.leastSamples;
  const proof = defaultLeast(objective);
  if (objective.claim === 'inferred' && proof > (own ?? 0)) {
    return { samples: proof, because: ': with fewer, not even one without a violation could be inferred' };
  }
  return { samples: own ?? proof, because: own === undefined ? '' : ' (leastSamples)' };
}

/**
 * Events a second. What Prometheus counts is at most what it usually counts, and the workload's own requests. Where
 * it is not known how many requests an iteration makes, nothing is said.
 */
function expectedRate(concern: Concern): { readonly perSecond: number; readonly words: string } | undefined {
  const { objective, window, facts, own } = concern;
  const perIteration = window.rate === 0 ? 0 : facts.requestsPerIteration;
  if (perIteration === null) return undefined;
  // Tenants may do other journeys than the platform's usual mix: how many requests those make is not known.
  if (window.perTenant !== undefined) return undefined;
  const sent = window.rate * perIteration;
  const load = `${figure(window.rate)} iterations/s × ${figure(perIteration)} requests`;
  if (objective.signal.from === 'client') return { perSecond: sent, words: load };
  if (own.eventsPerSecond === undefined) return undefined;
  return {
    perSecond: own.eventsPerSecond + sent,
    words: `usually ${figure(own.eventsPerSecond)}/s${window.rate === 0 ? '' : `, and ${load}`}`,
  };
}
