import type { DrillRecord } from '../record/record.ts';

export type MilestoneName = keyof DrillRecord['decomposition'];

/** The milestones of a recovery in the order in which they are meant to come. */
export const MILESTONES: readonly MilestoneName[] = [
  'detected',
  'decided',
  'fenced',
  'promoted',
  'routed',
  'recovered',
];

/** A milestone that was reached, with the time since the one before it. */
export interface ReachedMilestone {
  readonly name: MilestoneName;
  /** Seconds from the fault. */
  readonly at: { readonly low: number; readonly high: number };
  /** Seconds since the milestone before it, or since the fault. */
  readonly took: { readonly low: number; readonly high: number };
}

/** What a drill reached, in order; each part is the difference of two intervals and never less than nothing. */
export function milestonesOf(drill: DrillRecord): readonly ReachedMilestone[] {
  let before = { low: 0, high: 0 };
  const reached: ReachedMilestone[] = [];
  for (const name of MILESTONES) {
    const at = drill.decomposition[name];
    if (at === undefined) continue;
    const took = { low: Math.max(0, at.low - before.high), high: Math.max(0, at.high - before.low) };
    reached.push({ name, at, took });
    before = at;
  }
  return reached;
}
