import { numberOf, type NativeHistogram, type RawSeries } from './reading.ts';
import { targetOf, type Target } from './scrapes.ts';

/**
 * Native histograms as the cumulative series that a classic histogram with the same bounds would have: for each
 * bound that no bucket of any sample reaches across, how many observations are at most that (label `le`), and for
 * +Inf all of them.
 *
 * The layout may change from one sample to the next: when there are too many buckets, pairs of them are merged
 * (schema), and the zero bucket may widen. A bound that such a bucket reaches across in any sample is left out of all,
 * so that each series tells of one and the same bound from its first sample to its last.
 *
 * Where the process' start is not known, a count that falls shows that the histogram began anew. Single bounds may
 * hide it, as they count from zero to more than before within one scrape; so what comes after is a series of its own.
 */
export function cumulativeBuckets(
  series: readonly RawSeries[],
  targets: readonly Target[],
): readonly RawSeries[] {
  const filled = series.filter(({ histograms = [] }) => histograms.length > 0);
  const bounds = commonBounds(filled);
  return filled.flatMap(({ labels, histograms = [] }) => {
    const known = targetOf(targets, labels)?.scrapes.some(({ startedAt }) => startedAt !== undefined);
    const lives = known === true ? [histograms] : livesOf(histograms);
    return lives.flatMap((life, number) => bucketSeries(labels, life, bounds, number));
  });
}

type Samples = NonNullable<RawSeries['histograms']>;

function bucketSeries(
  labels: RawSeries['labels'],
  life: Samples,
  bounds: readonly number[],
  number: number,
): readonly RawSeries[] {
  // Several lives of one series must stay apart from each other.
  const own = number === 0 ? labels : { ...labels, ordeal_life: String(number) };
  const counts = life.map(([at, histogram]) => [at, countsUpTo(histogram, bounds), histogram.count] as const);
  return [
    ...bounds.map((bound, place) => ({
      labels: { ...own, le: String(bound) },
      samples: counts.map(([at, upTo]) => [at, upTo[place] ?? 0] as const),
    })),
    { labels: { ...own, le: '+Inf' }, samples: counts.map(([at, , count]) => [at, count] as const) },
  ];
}

/** Finite bounds that no bucket of any sample reaches across, rising. */
function commonBounds(series: readonly RawSeries[]): readonly number[] {
  const bounds = new Set<number>();
  for (const { histograms = [] } of series) {
    for (const [, { buckets }] of histograms) {
      for (const [, low, high] of buckets) bounds.add(numberOf(low)).add(numberOf(high));
    }
  }
  let common = [...bounds].filter(Number.isFinite).sort((left, right) => left - right);
  const seen = new Set<string>();
  for (const { histograms = [] } of series) {
    for (const [, { buckets }] of histograms) {
      // Most samples have the buckets of the one before.
      const layout = buckets.map(([, low, high]) => `${low},${high}`).join(';');
      if (seen.has(layout)) continue;
      seen.add(layout);
      let place = 0;
      common = common.filter((bound) => {
        while (place < buckets.length && numberOf(buckets[place]?.[2] ?? 0) <= bound) place += 1;
        const bucket = buckets[place];
        return bucket === undefined || numberOf(bucket[1]) >= bound;
      });
    }
  }
  return common;
}

/** How many observations are at most each of the rising bounds. */
function countsUpTo({ buckets }: NativeHistogram, bounds: readonly number[]): readonly number[] {
  let place = 0;
  let count = 0;
  return bounds.map((bound) => {
    for (let bucket = buckets[place]; bucket !== undefined; bucket = buckets[place]) {
      if (numberOf(bucket[2]) > bound) break;
      count += bucket[3];
      place += 1;
    }
    return count;
  });
}

/** Cut where the count of all observations falls. */
function livesOf(samples: Samples): readonly Samples[] {
  const lives: Samples[number][][] = [];
  let before = Infinity;
  for (const sample of samples) {
    const { count } = sample[1];
    if (count < before || lives.length === 0) lives.push([]);
    lives.at(-1)?.push(sample);
    before = count;
  }
  return lives;
}
