import { LEAST_GROWTH_SECONDS } from '../../judge/leaks/growing-series.ts';
import { figure, spacingOf, type Interval, type Obstacle } from './concern.ts';

/** A trend is taken over so many blocks at least, each of so many samples. */
const LEAST_SAMPLES = 12 * 5;

/** A window that is too short for growth to show. */
export function growthObstacle(interval: Interval): Obstacle | undefined {
  const { objective, window } = interval;
  const { signal } = objective;
  if (signal.measure !== 'leak' && signal.measure !== 'latency-growth') return undefined;
  if (window.seconds === null) return undefined;
  const samples = signal.from === 'prometheus' ? LEAST_SAMPLES * spacingOf(interval) : LEAST_SAMPLES;
  const needed = Math.max(signal.leastSeconds ?? LEAST_GROWTH_SECONDS, samples);
  if (window.seconds >= needed) return undefined;
  return {
    expected: `a window of at least ${figure(needed)} s, for growth to show`,
    found: `${figure(window.seconds)} s`,
    hint: 'make the soak longer, or set `leastSeconds` of the signal if less is known to tell',
  };
}
