import { judgeLeak, type LeakVerdict } from '../../../src/statistics/leak.ts';
import { lifetimesOf } from '../../../src/statistics/lifetimes.ts';
import type { Soak } from './soak.ts';

/** Growth over the four hours that would not matter, MB. */
export const FLOOR_MB = 25;
const WARM_UP_MS = 20 * 60_000;

/** Judges a soak's memory as a platform would have it judged. */
export function judgeSoak({ samples, load, starts }: Soak): LeakVerdict {
  return judgeLeak({
    lifetimes: lifetimesOf(samples, (at) => starts.findLast((start) => start <= at)),
    take: 'floor',
    unit: 'MB',
    growthFloor: FLOOR_MB,
    warmUpMs: starts.length > 1 ? WARM_UP_MS / 2 : WARM_UP_MS,
    load,
    limit: 2000,
  });
}
