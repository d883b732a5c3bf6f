import type { Block } from './blocks.ts';
import { serialInflation } from './serial-inflation.ts';
import { cutAtSteps, isRatherOneStep, type CutAt } from './steps.ts';
import { residuals, theilSen, type Point, type Slope } from './theil-sen.ts';

/** How a signal moves with time, over all of its lifetimes together. Slopes are units a millisecond. */
export interface Trend {
  /** Of the whole lifetimes, without the jumps in them. */
  readonly whole: Slope;
  /** Of the first and of the second halves of the lifetimes. */
  readonly early: Slope;
  readonly late: Slope;
  /** Instants of jumps. */
  readonly steps: readonly number[];
  /** Whether a single step describes the whole series, or its second half, as well as steady growth. */
  readonly ratherOneStep: boolean;
}

/** Follows the blocks' values, less `perLoad` for each unit of load. */
export function trendOf(
  lifetimes: readonly (readonly Block[])[],
  perLoad: number,
  confidence: number,
  cutAt: CutAt,
): Trend {
  const series = lifetimes.map((blocks) =>
    blocks.map(({ at, value, load }) => ({ x: at, y: perLoad === 0 ? value : value - perLoad * load })),
  );
  const cut = series.map((points) => cutAtSteps(points, cutAt));
  const pieces = cut.flatMap((one) => one.pieces);
  const halves = series.map((points) => Math.ceil(points.length / 2));
  const half = (keep: (x: number, middle: number) => boolean): readonly (readonly Point[])[] =>
    cut.flatMap((one, index) => {
      const middle = series[index]![halves[index]! - 1]?.x ?? 0;
      return one.pieces.map((piece) => piece.filter(({ x }) => keep(x, middle))).filter(isTrendable);
    });
  const early = half((x, middle) => x <= middle);
  const late = half((x, middle) => x > middle);
  const slope = (strata: readonly (readonly Point[])[]): Slope =>
    theilSen(strata, confidence, inflationOf(strata));
  return {
    whole: slope(pieces),
    early: slope(early),
    late: slope(late),
    steps: cut.flatMap((one) => one.steps),
    ratherOneStep: isRatherOneStep(pieces) || isRatherOneStep(late),
  };
}

/** How much wider intervals are because neighbours are alike, once the trend is taken away. */
function inflationOf(strata: readonly (readonly Point[])[]): (points: number) => number {
  const { value } = theilSen(strata);
  return serialInflation(strata.map((points) => residuals(points, Number.isNaN(value) ? 0 : value)));
}

function isTrendable(points: readonly Point[]): boolean {
  return points.length >= 2;
}
