import type { Finding } from '../../objectives/finding.ts';

/** Whether a finding's value tells of the platform, on whichever side of the limit it lies. */
export function isMeasured({
  outcome,
  reason,
  value,
}: Pick<Finding, 'outcome' | 'reason' | 'value'>): boolean {
  return value !== null && (outcome !== 'inconclusive' || reason === 'straddles-limit');
}
