import type { Bounds } from '@ordeal/shared/time/interval';
import type { OutageQuestion } from '../outage/outage.ts';
import type { Course } from './course.ts';

/**
 * For how many seconds clients must be well to have recovered: as the phase wants it, and at least two of the store's
 * leases: what is wrong with one shows when it has run out, and all may look well until then.
 */
export function stableSeconds({ phase, leaseSeconds = 0 }: Pick<Course, 'phase' | 'leaseSeconds'>): number {
  return Math.max(phase.stableFor, 2 * leaseSeconds);
}

/** What the streams are asked after the fault at `t0`. */
export function recoveryQuestion(course: Pick<Course, 'phase' | 'leaseSeconds'>, t0: Bounds): OutageQuestion {
  return {
    from: t0,
    stableForMs: stableSeconds(course) * 1000,
    stableAttempts: course.phase.stableAttempts,
  };
}
