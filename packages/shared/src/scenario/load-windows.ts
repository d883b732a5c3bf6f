import { highestRate } from '../load/rate-legs.ts';
import { planShape } from '../load/shape/plan-shape.ts';
import type { ShapePlan, ShapeWindow } from '../load/shape/shape.ts';
import type { LoadPhase, Phase, ShapedLoadPhase } from './scenario.ts';

/** A stretch of a shape's load that is judged, as the run names it. */
export interface LoadWindow {
  readonly name: string;
  readonly part: 'judged' | 'settling' | 'search';
  /** Seconds since the load began; null of a search, whose length nobody knows. */
  readonly span: { readonly from: number; readonly to: number } | null;
  /** Iterations a second, the most of it. */
  readonly rate: number;
  readonly objectives: readonly string[];
}

/** A window begins and ends with a report of the client's: so much of what was planned may be lost at its edges. */
export const LOST_SECONDS = 2;

/** Whether a phase runs a shape of load, from its beginning to its end. */
export function isShaped(phase: Phase): phase is ShapedLoadPhase {
  return phase.phase === 'load' && 'shape' in phase;
}

/** The windows of a shape, in their order. What its result is judged by is in the last of them. */
export function loadWindows(phase: ShapedLoadPhase): readonly LoadWindow[] {
  const { name, shape, objectives, result = [] } = phase;
  if (shape.kind === 'stress') {
    return [{ name, part: 'search', span: null, rate: shape.to, objectives: result }];
  }
  if (shape.kind === 'script') {
    const span = { from: shape.warmUpSeconds, to: shape.seconds };
    return [{ name, part: 'judged', span, rate: shape.ceiling, objectives }];
  }
  const plan = planShape(shape);
  const single = plan.windows.length === 1 && shape.kind !== 'stages';
  const windows = plan.windows.map((window): LoadWindow => {
    return {
      name: single ? name : `${name}/${window.name}`,
      part: 'judged',
      span: { from: window.from, to: window.to },
      rate: rateIn(plan, window),
      objectives: window.name === 'during' ? (phase.during ?? objectives) : objectives,
    };
  });
  const { settle } = plan;
  if (settle === undefined) return windows;
  // It is looked for up to the end of the load: who settles late is late, but has settled.
  const to = plan.legs.reduce((sum, { seconds }) => sum + seconds, 0);
  return [
    ...windows,
    {
      name: settlingWindow(name),
      part: 'settling',
      span: { from: settle.from, to },
      rate: plan.legs.at(-1)?.to ?? 0,
      objectives: result,
    },
  ];
}

/** The window in which a spike's time to settle is judged. */
export function settlingWindow(phase: string): string {
  return `${phase}/settling`;
}

/** How long the platform has to be steady for, to count as settled: as long as there is time for, up to 5 s. */
export function steadySeconds({ shape }: ShapedLoadPhase): number {
  if (shape.kind !== 'spike') return 0;
  return Math.min(STEADY_SECONDS, shape.afterSeconds - shape.settleSeconds);
}

const STEADY_SECONDS = 5;

/** The rate of the load that goes on when the phase has ended. */
export function rateAfter(phase: LoadPhase | undefined): number {
  return phase === undefined || isShaped(phase) ? 0 : phase.rate;
}

function rateIn({ legs }: ShapePlan, window: ShapeWindow): number {
  let at = 0;
  const within = legs.filter(({ seconds }) => {
    const from = at;
    at += seconds;
    return at > window.from && from < window.to;
  });
  return highestRate(within);
}
