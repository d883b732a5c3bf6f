import type { RateLeg } from '../workload.ts';

/** A load shape over journeys. Rates are iterations a second over all journeys together; times are seconds. */
export type Shape = Baseline | Peak | Spike | Soak | Stages | Stress | Script;

/** The usual load. */
export interface Baseline {
  readonly kind: 'baseline';
  readonly rate: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
}

/** The load of the busiest hour, all the time. */
export interface Peak {
  readonly kind: 'peak';
  /** Already multiplied. */
  readonly rate: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
}

/** From the usual load at once to a multiple of it, and at once back. */
export interface Spike {
  readonly kind: 'spike';
  readonly rate: number;
  readonly spikeRate: number;
  readonly warmUpSeconds: number;
  readonly beforeSeconds: number;
  readonly holdSeconds: number;
  readonly afterSeconds: number;
  /** What is left of `afterSeconds` behind these is judged like any other window. */
  readonly settleSeconds: number;
}

/** The usual load for hours, to see what grows. */
export interface Soak {
  readonly kind: 'soak';
  readonly rate: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
}

/** Whatever legs one likes. */
export interface Stages {
  readonly kind: 'stages';
  readonly legs: readonly RateLeg[];
  /** Left out at the start of each plateau. */
  readonly warmUpSeconds: number;
}

/** A search for the highest rate that the platform bears; see `knee/search.ts`. */
export interface Stress {
  readonly kind: 'stress';
  readonly from: number;
  readonly to: number;
  readonly warmUpSeconds: number;
  readonly stepSeconds: number;
  readonly confirmSeconds: number;
  /** The search stops trying new rates after this; the confirmation may go on. */
  readonly seconds: number;
}

/** The scenarios of a script that was written by hand, as they are. Of their load only the ceiling is known beforehand. */
export interface Script {
  readonly kind: 'script';
  /** Requests a second at most, over all of its scenarios. */
  readonly ceiling: number;
  /** It is ended after this, when it has not ended by itself. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
}

export type ShapeKind = Shape['kind'];

/** What a shape comes to: rates over time, and the windows that are judged. Seconds since the load began. */
export interface ShapePlan {
  readonly legs: readonly RateLeg[];
  readonly windows: readonly ShapeWindow[];
  /** When the load stepped back to its usual rate, and how long the platform may take to settle. */
  readonly settle?: { readonly from: number; readonly withinSeconds: number };
}

/** A stretch of the load that is judged by itself. */
export interface ShapeWindow {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}
