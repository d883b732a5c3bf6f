import { p95, type TruthCase } from '../case.ts';
import { scrapesEvery, traffic, type SimulatedTarget } from '../simulate.ts';

function service(job: string, more: Partial<SimulatedTarget>): SimulatedTarget {
  return {
    job,
    instance: 'a:80',
    scrapes: scrapesEvery(15_000, 4_200),
    requests: [],
    ...more,
  };
}

/** A tenth of the requests is slow. */
const took = (fast: number, slow: number, to = 345_000) =>
  traffic(-120_000, to, 20, { seconds: (index) => (index % 10 === 9 ? slow : fast) });
const native = { nativeSchema: () => 3 };

const classic = (
  job: string,
  buckets: readonly number[],
  requests: SimulatedTarget['requests'],
  limit: number,
  expected: Parameters<typeof p95>[3],
  more: Partial<SimulatedTarget> = {},
): TruthCase => p95(job, { targets: [service(job, { buckets, requests, ...more })] }, limit, expected);

const ofNative = (
  job: string,
  more: Partial<SimulatedTarget>,
  limit: number,
  expected: Parameters<typeof p95>[3],
): TruthCase => p95(job, { targets: [service(job, { ...native, ...more })] }, limit, expected, 'native');

/** 95th percentiles from classic and native histograms. */
export const latencyCases: readonly TruthCase[] = [
  classic('the limit is a bound, fast', [0.1, 0.2, 0.5], took(0.05, 0.15), 200, 'pass'),
  classic('the limit is a bound, slow', [0.1, 0.2, 0.5], took(0.05, 0.3), 200, 'fail'),
  classic('the limit lies between two bounds', [0.1, 0.25, 0.5], took(0.05, 0.24), 200, 'straddles-limit'),
  classic('one bucket', [], took(0.05, 0.3), 200, 'straddles-limit'),
  classic('all in +Inf', [0.1, 0.25], took(0.9, 0.9), 500, 'straddles-limit'),
  classic('an idle histogram', [0.1, 0.2], traffic(-120_000, -60_000, 5), 200, 'no-samples'),
  classic(
    'slow only before the restart',
    [0.1, 0.2, 0.5],
    [
      ...traffic(-120_000, 139_500, 20),
      // No scrape sees these: the process is gone before the next one.
      ...traffic(139_500, 154_000, 40, { seconds: () => 0.4 }),
      ...traffic(154_100, 345_000, 20),
    ],
    200,
    'straddles-limit',
    { starts: [-3_000_000, 154_100] },
  ),
  ofNative('native, fast', { requests: took(0.05, 0.15) }, 200, 'pass'),
  ofNative('native, slow', { requests: took(0.05, 0.3) }, 200, 'fail'),
  ofNative('native, the limit inside a bucket', { requests: took(0.05, 0.208) }, 200, 'straddles-limit'),
  ofNative(
    'native, the schema halves',
    { requests: took(0.05, 0.3), nativeSchema: (at) => (at < 150_000 ? 3 : 2) },
    200,
    'fail',
  ),
  ofNative('native, a restart', { requests: took(0.05, 0.3), starts: [-3_000_000, 151_000] }, 200, 'fail'),
  ofNative('native, most in the zero bucket', { requests: took(0, 0.3) }, 200, 'fail'),
];
