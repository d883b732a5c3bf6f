import type { Finding } from '../objectives/finding.ts';

/** What an earlier, comparable run found: same platform, scenario, pace and suite. */
export interface EarlierRun {
  readonly run: string;
  readonly startedAt: string;
  /** Of its objectives, and of its comparisons with the runs before it. */
  readonly findings: readonly Pick<
    Finding,
    'objective' | 'window' | 'signal' | 'outcome' | 'reason' | 'value' | 'unit'
  >[];
}
