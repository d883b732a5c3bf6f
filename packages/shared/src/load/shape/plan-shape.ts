import type { RateLeg } from '../workload.ts';
import { highestRate, secondsOf } from '../rate-legs.ts';
import type {
  Baseline,
  Peak,
  Script,
  Shape,
  ShapePlan,
  ShapeWindow,
  Soak,
  Spike,
  Stages,
  Stress,
} from './shape.ts';

/** A shape whose load is known before it begins. */
export type PlannedShape = Exclude<Shape, Stress | Script>;

/** The rates of a shape over time, and its windows. What lies between the windows (warm-up, ramps) is not judged. */
export function planShape(shape: PlannedShape): ShapePlan {
  switch (shape.kind) {
    case 'baseline':
    case 'peak':
    case 'soak':
      return constant(shape);
    case 'spike':
      return spike(shape);
    case 'stages':
      return stages(shape);
  }
}

function constant({ kind, rate, seconds, warmUpSeconds }: Baseline | Peak | Soak): ShapePlan {
  const to = warmUpSeconds + seconds;
  return {
    legs: [{ seconds: to, from: rate, to: rate }],
    windows: [{ name: kind, from: warmUpSeconds, to }],
  };
}

function spike(shape: Spike): ShapePlan {
  const level = (rate: number, seconds: number): RateLeg => ({ seconds, from: rate, to: rate });
  const up = shape.warmUpSeconds + shape.beforeSeconds;
  const back = up + shape.holdSeconds;
  const end = back + shape.afterSeconds;
  return {
    legs: [
      level(shape.rate, up),
      level(shape.spikeRate, shape.holdSeconds),
      level(shape.rate, shape.afterSeconds),
    ],
    windows: [
      { name: 'before', from: shape.warmUpSeconds, to: up },
      { name: 'during', from: up, to: back },
      { name: 'after', from: Math.min(end, back + shape.settleSeconds), to: end },
    ],
    settle: { from: back, withinSeconds: shape.settleSeconds },
  };
}

function stages({ legs, warmUpSeconds }: Stages): ShapePlan {
  const windows: ShapeWindow[] = [];
  let at = 0;
  for (const leg of legs) {
    const from = at + warmUpSeconds;
    at += leg.seconds;
    if (leg.from !== leg.to || leg.from === 0 || from >= at) continue;
    windows.push({ name: `plateau ${windows.length + 1} at ${leg.to}/s`, from, to: at });
  }
  return { legs, windows };
}

/**
 * How long the shape's load takes; of a script's own scenarios at most. A search takes at most its time and one
 * confirmation, besides the starts of k6.
 */
export function shapeSeconds(shape: Shape): number {
  if (shape.kind === 'script') return shape.seconds;
  return shape.kind === 'stress'
    ? shape.seconds + shape.warmUpSeconds + shape.confirmSeconds
    : secondsOf(planShape(shape).legs);
}

/** The highest rate that the shape may come to; of a script's own scenarios in requests a second. */
export function shapeCeiling(shape: Shape): number {
  if (shape.kind === 'script') return shape.ceiling;
  if (shape.kind === 'stress') return shape.to;
  return highestRate(planShape(shape).legs);
}
