import type { Bounds } from '../time/interval.ts';
import type { Block } from './blocks.ts';
import { median, quantile } from './order.ts';
import { serialInflation } from './serial-inflation.ts';
import { residuals, theilSen, type Point, type Slope } from './theil-sen.ts';

const NONE: Bounds = { low: 0, high: 0 };
/** A load whose blocks swing by less than this share of it is held constant. */
const STEADY = 0.1;

/**
 * How much of a signal a unit of load accounts for.
 *
 * The trend is taken from both, and what is left of the signal is held against what is left of the load (Frisch and
 * Waugh's way to part a trend from an influence, with Theil–Sen slopes). As the load is not known exactly, that slope
 * is too small; the inverse of the slope the other way round is too large, and the truth lies between (Frisch 1934).
 * Never less than nothing, and never more than all of the signal in proportion. Where load and time moved together
 * little is known, and the bounds are that wide.
 *
 * A load that was constant but for chance, and whose own trend accounts for less than `negligible` even in proportion,
 * accounts for nothing.
 */
export function loadEffect(
  lifetimes: readonly (readonly Block[])[],
  confidence: number,
  negligible: number,
): Bounds {
  const known = lifetimes.map((blocks) => blocks.filter(({ load }) => Number.isFinite(load)));
  const loads = known.flat().map(({ load }) => load);
  const usual = median(loads);
  if (!(usual > 0)) return NONE;
  const most = Math.max(0, median(known.flat().map(({ value }) => value)) / usual);
  if (isSteady(known, confidence, usual, negligible / most)) return NONE;
  const signal = detrended(known, ({ value }) => value);
  const load = detrended(known, (block) => block.load);
  const direct = slopeOf(load, signal, confidence).bounds;
  const inverse = slopeOf(signal, load, confidence).bounds;
  const clamp = (value: number): number => Math.min(most, Math.max(0, value));
  return { low: clamp(direct.low), high: clamp(inverse.low > 0 ? 1 / inverse.low : Infinity) };
}

/** Swings within a tenth, and a trend that could move the signal by less than what is negligible. */
function isSteady(
  lifetimes: readonly (readonly Block[])[],
  confidence: number,
  usual: number,
  negligible: number,
): boolean {
  const loads = lifetimes.flat().map(({ load }) => load);
  if (quantile(loads, 0.9) - quantile(loads, 0.1) > STEADY * usual) return false;
  const series = lifetimes.map((blocks) => blocks.map(({ at, load }) => ({ x: at, y: load })));
  const { value } = theilSen(series);
  const rest = series.map((points) => residuals(points, Number.isNaN(value) ? 0 : value));
  const { low, high } = theilSen(series, confidence, serialInflation(rest)).bounds;
  const lengths = series.map((points) => (points.at(-1)?.x ?? 0) - (points[0]?.x ?? 0));
  return Math.max(Math.abs(low), Math.abs(high)) * Math.max(...lengths) <= negligible;
}

function slopeOf(x: readonly number[][], y: readonly number[][], confidence: number): Slope {
  const pairs: Point[][] = y.map((list, index) => list.map((value, at) => ({ x: x[index]![at]!, y: value })));
  const { value } = theilSen(pairs);
  const rest = pairs.map((points) => residuals(points, Number.isNaN(value) ? 0 : value));
  return theilSen(pairs, confidence, serialInflation(rest));
}

function detrended(lifetimes: readonly (readonly Block[])[], of: (block: Block) => number): number[][] {
  const series = lifetimes.map((blocks) => blocks.map((block) => ({ x: block.at, y: of(block) })));
  const { value } = theilSen(series);
  return series.map((points) => residuals(points, Number.isNaN(value) ? 0 : value));
}
