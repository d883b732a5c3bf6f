import { reasonOf } from '@ordeal/shared/reason-of';
import type { ClusterObject } from './cluster-object.ts';

/**
 * Seconds that a primary's lease lasts: the longest of the clusters that answer. Rejects when none does. An operator
 * that is too old to know leases is taken to have the usual one, which makes a drill look for longer.
 */
export async function longestLease(clusters: readonly Promise<ClusterObject>[]): Promise<number> {
  const looks = await Promise.allSettled(clusters);
  const told = looks.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  if (told.length === 0) {
    const why = looks.flatMap((one) => (one.status === 'rejected' ? [reasonOf(one.reason)] : []));
    throw new Error(why.join('; '));
  }
  return Math.max(...told.map(({ spec }) => spec.primaryLease.leaseDurationSeconds));
}
