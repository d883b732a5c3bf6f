import type { HistogramSource } from './signal.ts';

type Observed = Pick<HistogramSource, 'observedIn'>;

/** Milliseconds as the bounds of a histogram have them. */
export function inItsUnit(milliseconds: number, histogram: Observed): number {
  return milliseconds / millisecondsIn(histogram);
}

/** How many milliseconds one of a histogram's unit is. */
export function millisecondsIn({ observedIn = 'seconds' }: Observed): number {
  return observedIn === 'seconds' ? 1000 : 1;
}

/** The unit behind a number, as bounds are told in sentences. */
export function shortUnit({ observedIn = 'seconds' }: Observed): 's' | 'ms' {
  return observedIn === 'seconds' ? 's' : 'ms';
}
