import { chanceOfAtMost, MISS } from './limits.ts';

/** Beyond it nobody waits for the answer. */
const MOST = 1e9;

/**
 * How many samples it takes until the sampling limits decide on which side of `limit` a share lies, with 95 %, when
 * the true share is `share`. Undefined when no number does: the share is the limit itself, or close to it.
 *
 * With n samples the upper limit is below `limit` for at most c hits, where c is the largest count whose chance is
 * below 5 % under `limit`; so many must come with 95 % under `share`. (0.3 % against 1 %: 1,442; 0.03 % against 0.1 %: 14,459.)
 */
export function samplesToDecide(share: number, limit: number): number | undefined {
  if (!(share >= 0 && share <= 1 && limit > 0 && limit < 1) || share === limit) return undefined;
  if (share > limit) return samplesToDecide(1 - share, 1 - limit);
  const first = Math.log(MISS) / Math.log1p(-limit);
  let high = Math.ceil(first);
  while (!isEnough(high, share, limit)) {
    high *= 2;
    if (high > MOST) return undefined;
  }
  let low = Math.floor(high / 2);
  while (high - low > Math.max(1, high / 200)) {
    const middle = Math.floor((low + high) / 2);
    if (isEnough(middle, share, limit)) high = middle;
    else low = middle;
  }
  return high;
}

function isEnough(samples: number, share: number, limit: number): boolean {
  const most = mostHits(samples, limit);
  return most >= 0 && chanceOfAtMost(most, samples, share) >= 1 - MISS;
}

/** The largest count of hits that so many samples show with less than 5 % when the share is `limit`; −1: none. */
function mostHits(samples: number, limit: number): number {
  let low = -1;
  let high = samples;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (chanceOfAtMost(middle, samples, limit) < MISS) low = middle;
    else high = middle;
  }
  return low;
}
