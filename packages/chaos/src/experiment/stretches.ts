import type { ClientInterval } from '@ordeal/shared/load/client-interval';
import { secondsCounted } from '@ordeal/shared/load/window';
import type { Count } from '@ordeal/shared/statistics/fisher';

/** What one of the clients' measures says: whether it moved, and by what, in words. */
export interface Movement {
  readonly moved: boolean;
  readonly words: string;
}

/** A steady course, whatever it is like, is taken for a fault's effect at most once in so many experiments. */
export const ONCE_IN = 10_000;

/**
 * Stretches of the time during the fault: all runs of 1, 2, 4, … reports, and the whole, as far as they have `least`
 * reports. A fault may be felt for a moment only, as a load balancer then hides it.
 *
 * By looking at k stretches one finds what is unlikely k times as easily: each is held to the k-th part of the level
 * (Bonferroni's inequality), so that how many there are must not depend on what was measured.
 */
export function stretchesOf(
  during: readonly ClientInterval[],
  least = 1,
): readonly (readonly ClientInterval[])[] {
  const lengths = [during.length];
  for (let length = 1; length < during.length; length *= 2) lengths.push(length);
  return lengths
    .filter((length) => length >= least)
    .flatMap((length) => during.slice(length - 1).map((_, from) => during.slice(from, from + length)));
}

export function secondsOf(intervals: readonly ClientInterval[]): number {
  return intervals.reduce((total, one) => total + secondsCounted(one), 0);
}

export function sumOf(counts: readonly Count[]): Count {
  return {
    offered: counts.reduce((total, { offered }) => total + offered, 0),
    failed: counts.reduce((total, { failed }) => total + failed, 0),
  };
}

/** How often something comes by chance, in words. */
export function odds(chance: number): string {
  if (!(chance < 0.5)) return 'easily';
  const once = 1 / chance;
  return once > 1_000_000 ? 'less than once in a million' : `once in ${Number(once.toPrecision(2))}`;
}
