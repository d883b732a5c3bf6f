import type { PrometheusSignal } from '../../objectives/signal.ts';
import type { Platform } from '../../platform/platform.ts';
import { figure, spacingOf, type Interval, type Obstacle } from './concern.ts';

/** Fewer scrapes than this in a window say too little; the lab scrapes every second, and is not production. */
const LEAST_SCRAPES = 10;
const LEAST_SCRAPES_IN_LAB = 4;
/** The shorter window of a burn rate needs at least so many. */
const LEAST_SCRAPES_OF_BURN = 4;

/** A window of too few scrapes for an objective on Prometheus. */
export function scrapesObstacle(interval: Interval): Obstacle | undefined {
  const { objective, window, platform } = interval;
  const { signal } = objective;
  if (signal.from !== 'prometheus' || window.seconds === null) return undefined;
  const spacing = spacingOf(interval);
  if (signal.measure === 'burn-rate') {
    const shortest = Math.min(...signal.windows.flatMap((one) => [one.shortSeconds, one.longSeconds]));
    return shortest / spacing >= LEAST_SCRAPES_OF_BURN
      ? undefined
      : {
          expected: `burn-rate windows of at least ${LEAST_SCRAPES_OF_BURN} scrapes (${figure(LEAST_SCRAPES_OF_BURN * spacing)} s)`,
          found: `one of ${figure(shortest)} s, at a scrape every ${figure(spacing)} s`,
          hint: 'make shortSeconds longer, or scrape more often',
        };
  }
  // Growth has a least time of its own, which is far more than these.
  if (looksAtTheEndAlone(signal) || signal.measure === 'leak') return undefined;
  const least = leastScrapes(platform);
  const scrapes = window.seconds / spacing;
  if (scrapes >= least) return undefined;
  return {
    expected: `at least ${least} scrapes in the window: ${figure(least * spacing)} s`,
    found: `${figure(scrapes)} (${figure(window.seconds)} s, a scrape every ${figure(spacing)} s)`,
    hint: 'make the window longer, scrape more often, or judge it by a signal of the client',
  };
}

/** A shorter window holds too few scrapes for an objective on Prometheus, by the settings. */
export function leastWindowSeconds(platform: Platform): number {
  return leastScrapes(platform) * platform.prometheus.scrapeIntervalSeconds;
}

function leastScrapes({ environment }: Platform): number {
  return environment === 'lab' ? LEAST_SCRAPES_IN_LAB : LEAST_SCRAPES;
}

/** These are evaluated at the window's end: how long it was before does not matter to them. */
function looksAtTheEndAlone(signal: PrometheusSignal): boolean {
  if (signal.measure === 'promql') return signal.take === 'last' && !signal.query.includes('$window');
  return signal.measure === 'age';
}
