import type { ClientInterval } from '../load/client-interval.ts';
import type { Finding } from './finding.ts';

/** Says whether the client's measurements are as they should be. Made from the platform's steady objectives. */
export interface SteadyState {
  /** Findings over the intervals, one an objective. Nothing to judge is inconclusive, never steady. */
  judge(window: string, intervals: readonly ClientInterval[]): readonly Finding[];
}
