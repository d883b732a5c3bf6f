import type { Objective } from '../../objectives/objective.ts';
import type { Bounds } from '../../time/interval.ts';
import type { Decision, Measured, Measurement } from '../decide.ts';
import { shareBoundsFor, type Shares } from '../shares.ts';

/** Undoes the rounding of a division: 95 of 100 are 0.95, whatever the last bit says. */
const ROUNDING = 1e-12;

/** What was measured, when its value is the share of hits. */
export function decidedBy(
  objective: Objective,
  counts: Shares,
  rest: Omit<Measured, 'kind' | 'value' | 'share'>,
): Measurement {
  const value = shareBoundsFor(objective)(counts);
  if (value === undefined) {
    return { kind: 'nothing', reason: 'no-samples', sentence: 'Nothing was counted in the window.' };
  }
  return { kind: 'measured', value, share: { ...counts, limit: objective.limit }, ...rest };
}

/**
 * Decides a quantile by the share of samples at most the limit: the quantile is at most the limit exactly when the
 * share reaches it. Samples at the limit itself count as within it, as buckets count them.
 */
export function decideByShare(
  share: Bounds,
  quantile: number,
  comparator: Objective['comparator'],
): { readonly decision: Decision; readonly wanted: 'within' | 'beyond' } {
  const wanted = comparator === '<' || comparator === '<=' ? 'within' : 'beyond';
  const within = share.low >= quantile - ROUNDING;
  const beyond = share.high < quantile - ROUNDING;
  if (within === beyond) return { decision: 'open', wanted };
  return { decision: within === (wanted === 'within') ? 'holds' : 'violated', wanted };
}
