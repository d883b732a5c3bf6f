import type { PrometheusSignal } from '../objectives/signal.ts';
import { LOOKBACK_MS } from '../prometheus/alerts.ts';
import { NO_SCOPE, SCOPE_VARIABLE } from './scope.ts';

/** Something that has to be read from Prometheus to measure a signal in a window. */
export type Need =
  /** Raw samples. `scrapes`: those of the targets behind the series matter too. */
  | {
      readonly kind: 'samples';
      readonly selector: string;
      readonly scrapes: boolean;
      /** So long before the window's start, beside the few scrapes that are always read. */
      readonly leadMs: number;
      /** Whether the series are counters, whose growth the server can compute where there are too many samples. */
      readonly counters: boolean;
    }
  /** A query as the server evaluates it. */
  | { readonly kind: 'points'; readonly query: string; readonly at: PointsAt }
  | { readonly kind: 'rules' };

/**
 * When a query is evaluated: at the window's start or end, at every scrape, or at most a few thousand times, evenly
 * spread over the window.
 */
export type PointsAt = 'start' | 'end' | 'scrapes' | 'spread';

/** What a signal has to read, in the order in which it is measured, for a window of that length. */
export function needsOf(signal: PrometheusSignal, windowMs: number): readonly Need[] {
  switch (signal.measure) {
    case 'ratio':
    case 'availability':
      return [counters(signal.bad, false), counters(signal.all, true)];
    case 'throughput':
    case 'difference-to-client':
      return [counters(signal.selector, true)];
    case 'latency':
    case 'latency-share':
      return signal.buckets === 'native'
        ? [{ ...counters(`${signal.histogram}{${signal.matchers}}`, true), counters: false }]
        : [counters(`${signal.histogram}_bucket{${signal.matchers}}`, true)];
    case 'gauge':
      return [gauges(signal.selector, true)];
    case 'present':
    case 'age':
      return [gauges(signal.selector, false)];
    case 'saturation':
      return [
        'counter' in signal.used ? counters(signal.used.counter, true) : gauges(signal.used.gauge, true),
        ...('gauge' in signal.capacity ? [gauges(signal.capacity.gauge, false)] : []),
      ];
    case 'alerts-firing':
      return alertNeeds(signal.alerts, 'end');
    case 'alerts-fired':
    case 'seconds-to-alert':
      return alertNeeds(signal.alerts, 'start');
    case 'burn-rate': {
      const longest = Math.max(...signal.windows.map(({ longSeconds }) => longSeconds * 1000));
      const leadMs = Math.max(0, longest - windowMs);
      return [
        { ...counters(signal.bad, false), leadMs },
        { ...counters(signal.all, true), leadMs },
      ];
    }
    case 'leak':
      return 'gauge' in signal.of
        ? [gauges(signal.of.gauge, true)]
        : [points(signal.of.query, windowMs, 'spread')];
    case 'promql':
      return [points(signal.query, windowMs, signal.take === 'last' ? 'end' : 'scrapes')];
  }
}

function firing(alerts: string): string {
  return `ALERTS{alertstate="firing",${alerts}}`;
}

// Rules may be evaluated far less often than anything is scraped: what fired before must be seen all the same. What
// the server itself holds for firing tells what has ended from what was merely not evaluated.
function alertNeeds(alerts: string, heldAt: 'start' | 'end'): readonly Need[] {
  return [
    { ...gauges(firing(alerts), false), leadMs: LOOKBACK_MS },
    { kind: 'rules' },
    { kind: 'points', query: firing(alerts), at: heldAt },
  ];
}

function points(written: string, windowMs: number, at: PointsAt): Need {
  const query = written
    .replaceAll('$window', `${Math.max(1, Math.round(windowMs))}ms`)
    .replaceAll(SCOPE_VARIABLE, NO_SCOPE);
  return { kind: 'points', query, at };
}

function counters(selector: string, scrapes: boolean) {
  return { kind: 'samples', selector, scrapes, leadMs: 0, counters: true } as const;
}

// The extreme of those gauges that were scraped says nothing of a target that could not be.
function gauges(selector: string, scrapes: boolean) {
  return { kind: 'samples', selector, scrapes, leadMs: 0, counters: false } as const;
}
