import { median, robustSigma } from './order.ts';
import { residuals, theilSen, type Point } from './theil-sen.ts';

/** A rise or fall between two neighbours counts as a step when it is so many standard deviations from the usual one. */
const OUTLYING = 4;
/** With more steps than one in so many points it is no level with steps, but a way to grow. */
const POINTS_PER_STEP = 8;
/** On this side and that of a step there are so many points at least, or it is an outlier. */
const LEAST_BESIDE = 2;

/**
 * Which jumps a series is cut at. A rise is no growth that goes on. A fall may be something that was dropped once, or
 * the collector that takes back what grew: cut there, a leak below a fall is seen; not cut, saw-teeth are no leak.
 */
export type CutAt = 'rises' | 'rises and falls';

/** A series, cut where it jumped. */
export interface Stepped {
  readonly pieces: readonly (readonly Point[])[];
  /** x of the points that a jump led to. */
  readonly steps: readonly number[];
}

/**
 * Finds jumps by differences between neighbours that stand out from all the others, whatever the trend: a cache that
 * was loaded, a pool that was enlarged. Growth in many jumps is left whole.
 */
export function cutAtSteps(points: readonly Point[], at: CutAt): Stepped {
  const whole = { pieces: [points], steps: [] };
  const changes = points.slice(1).map(({ y }, index) => y - points[index]!.y);
  const usual = median(changes);
  const sigma = robustSigma(changes);
  const jumps = changes.flatMap((change, index) =>
    Math.abs(change - usual) > OUTLYING * sigma && change !== usual ? [index + 1] : [],
  );
  if (jumps.length > points.length / POINTS_PER_STEP) return whole;
  const cuts = at === 'rises' ? jumps.filter((index) => changes[index - 1]! > usual) : jumps;
  const edges = [0, ...cuts, points.length];
  const pieces = edges.slice(1).map((to, index) => points.slice(edges[index], to));
  return {
    pieces: pieces.filter((piece) => piece.length >= LEAST_BESIDE),
    steps: cuts.map((index) => points[index]!.x),
  };
}

/**
 * Whether one step between two levels describes the series at least as well as a straight line: by the mean distance
 * to either, each divided by the points that its parameters leave free (two of the line, three of the step).
 */
export function isRatherOneStep(strata: readonly (readonly Point[])[]): boolean {
  const long = strata.filter((points) => points.length >= 6);
  if (long.length === 0) return false;
  const { value } = theilSen(long);
  const line = long.reduce(
    (sum, points) => sum + distance(residuals(points, value)) / (points.length - 2),
    0,
  );
  const step = long.reduce((sum, points) => sum + stepDistance(points) / (points.length - 3), 0);
  return step <= line;
}

function stepDistance(points: readonly Point[]): number {
  let best = Infinity;
  for (let at = LEAST_BESIDE; at <= points.length - LEAST_BESIDE; at += 1) {
    best = Math.min(best, toLevel(points.slice(0, at)) + toLevel(points.slice(at)));
  }
  return best;
}

function toLevel(points: readonly Point[]): number {
  const level = median(points.map(({ y }) => y));
  return distance(points.map(({ y }) => y - level));
}

function distance(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + Math.abs(value), 0);
}
