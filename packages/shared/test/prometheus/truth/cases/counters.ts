import type { WrittenSeries } from '../../remote-write.ts';
import { errorRatio, type TruthCase } from '../case.ts';
import { burst, scrapesEvery, traffic, type SimulatedTarget } from '../simulate.ts';

/** A steady service with 20 requests a second, scraped each 15 s. */
function service(job: string, more: Partial<SimulatedTarget> = {}): SimulatedTarget {
  return {
    job,
    instance: 'a:80',
    scrapes: scrapesEvery(15_000, 4_200),
    requests: traffic(-120_000, 345_000, 20),
    ...more,
  };
}

const everyNth = (n: number) => (index: number) => index % n === n - 1;
const between = (from: number, to: number) => (at: number) => at > from && at <= to;
/** All requests of a stretch of time fail. */
const failing = (from: number, to: number) => ({
  bad: (_: number, at: number) => between(from, to)(at),
});

const plainGood = service('plain, few errors', {
  requests: traffic(-120_000, 345_000, 20, { bad: everyNth(400) }),
});
const plainBad = service('plain, many errors', {
  requests: traffic(-120_000, 345_000, 20, { bad: everyNth(30) }),
});

const misnamed = (job: string): SimulatedTarget =>
  service(job, { requests: traffic(-120_000, 345_000, 20, { bad: everyNth(30) }) });

const reset = service('a restart that hides errors', {
  // Scrapes at 139.2 s and 154.2 s; everything fails for the last 8 s of the process.
  starts: [-3_000_000, 151_000],
  requests: traffic(-120_000, 345_000, 20, failing(143_000, 151_000)),
});
const storm = service('a storm that no scrape saw, and a restart', {
  starts: [-3_000_000, 151_000],
  requests: [...traffic(-120_000, 345_000, 20), ...traffic(143_000, 151_000, 300, { bad: () => true })],
});
const twoResets = service('two restarts within one scrape', {
  starts: [-3_000_000, 142_000, 150_000],
  requests: traffic(-120_000, 345_000, 20, failing(142_000, 149_000)),
});
const seen = service('a restart, errors scraped', {
  starts: [-3_000_000, 151_000],
  requests: traffic(-120_000, 345_000, 20, failing(160_000, 170_000)),
});

const born = service('series born in the window', {
  lazy: true,
  requests: [...burst(95_000, 30), ...traffic(95_000, 345_000, 5)],
});
const errorsBorn = service('errors born with the fault', {
  requests: [...traffic(-120_000, 345_000, 20), ...burst(140_000, 100)],
});
const processBorn = service('a process born in the window', {
  starts: [100_000],
  scrapes: scrapesEvery(15_000, 4_200, { of: (at) => ({ failed: at < 100_000 }) }),
  requests: traffic(100_000, 345_000, 20, failing(100_000, 107_000)),
});

const stays = (job: string): SimulatedTarget =>
  service(job, { instance: 'b:80', requests: traffic(-120_000, 345_000, 10) });
const vanishes = (job: string, requests: SimulatedTarget['requests']): readonly SimulatedTarget[] => [
  service(job, {
    scrapes: scrapesEvery(15_000, 4_200, { of: (at) => ({ failed: at > 212_000 }) }),
    requests,
  }),
  stays(job),
];
const vanishing = vanishes('a target vanishes', traffic(-120_000, 212_000, 10));
const vanishingBad = vanishes(
  'a target vanishes while erroring',
  traffic(-120_000, 212_000, 10, failing(200_000, 212_000)),
);

const idle = service('an idle service', { requests: traffic(-120_000, -60_000, 5) });
const notANumber = service('a counter that is NaN', {
  requests: traffic(-120_000, 345_000, 20, { bad: everyNth(30) }),
});
const gone = service('stale for three scrapes', {
  scrapes: scrapesEvery(15_000, 4_200, { of: (at) => ({ failed: between(120_000, 165_000)(at) }) }),
  requests: traffic(-120_000, 345_000, 20, failing(125_000, 150_000)),
});

const twice = ['a:80', 'a.example.net:80'].map((instance) =>
  service('one target scraped twice', {
    instance,
    requests: traffic(-120_000, 345_000, 20, { bad: everyNth(400) }),
  }),
);

const falseReset = service('a false restart after deduplication', {
  base: 2_000_000,
  requests: traffic(-120_000, 345_000, 20, { bad: everyNth(25) }),
});

const slow = service('slow scrapes, errors after the end', {
  scrapes: scrapesEvery(15_000, 11_000, { of: () => ({ lateMs: 9_000 }) }),
  // The last stamp within the window is 296 s: what it shows is the state at 305 s.
  requests: [...traffic(-120_000, 345_000, 20), ...burst(303_000, 90)],
});
const missedAtEnd = service('missed scrapes at the end', {
  scrapes: scrapesEvery(15_000, 4_200, { of: (at) => ({ failed: between(262_000, 300_000)(at) }) }),
  requests: traffic(-120_000, 345_000, 20, failing(280_000, 290_000)),
});
const missedAtStart = service('missed scrapes at the start', {
  scrapes: scrapesEvery(15_000, 4_200, { of: (at) => ({ failed: between(-20_000, 40_000)(at) }) }),
  requests: traffic(-120_000, 345_000, 20, failing(2_000, 14_000)),
});
const slower = service('scraped each 60 s, said to be 15 s', {
  scrapes: scrapesEvery(60_000, 23_000),
  requests: traffic(-120_000, 345_000, 20, failing(285_000, 297_000)),
});

const UNSEEN_STORM = 'what no scrape shows is taken to be at most twice the busiest rate that one did';

/** Three replicas are replaced one after another; each fails its last requests on the way out. */
const rolling = ['a', 'b', 'c'].flatMap((letter, index): readonly SimulatedTarget[] => {
  const swap = 60_000 + index * 60_000;
  const job = 'a rolling restart';
  return [
    service(job, {
      instance: `${letter}-old:80`,
      scrapes: scrapesEvery(15_000, 4_200 + index * 3_000, { to: swap }),
      requests: traffic(-120_000, swap, 8, failing(swap - 6_000, swap)),
    }),
    service(job, {
      instance: `${letter}-new:80`,
      starts: [swap],
      scrapes: scrapesEvery(15_000, 4_200 + index * 3_000, {
        from: -120_000 + Math.ceil((swap + 120_000) / 15_000) * 15_000,
      }),
      requests: traffic(swap, 345_000, 8),
    }),
  ];
});

/** The value of the counter of good requests at some scrapes, by what it was. */
const goodAt =
  (fits: (place: number) => boolean, value: (old: number) => number) =>
  (series: readonly WrittenSeries[]): readonly WrittenSeries[] =>
    series.map((one) =>
      one.labels['__name__'] !== 'requests_total' || one.labels['code'] !== '200'
        ? one
        : {
            ...one,
            samples: (one.samples ?? []).map(
              ([at, old], place) => [at, typeof old === 'number' && fits(place) ? value(old) : old] as const,
            ),
          },
    );

const one = (target: SimulatedTarget, expected: Parameters<typeof errorRatio>[2]): TruthCase =>
  errorRatio(target.job, { targets: [target] }, expected);

/** Error ratios from counters. */
export const counterCases: readonly TruthCase[] = [
  one(plainGood, 'pass'),
  one(plainBad, 'fail'),
  one(seen, 'fail'),
  one(reset, 'straddles-limit'),
  one(twoResets, 'straddles-limit'),
  errorRatio(storm.job, { targets: [storm] }, 'straddles-limit', { knownLimit: UNSEEN_STORM }),
  one(born, 'fail'),
  one(errorsBorn, 'fail'),
  one(processBorn, 'fail'),
  errorRatio('a target vanishes', { targets: vanishing }, 'straddles-limit'),
  errorRatio('a target vanishes while erroring', { targets: vanishingBad }, 'straddles-limit'),
  errorRatio('a rolling restart', { targets: rolling }, 'straddles-limit'),
  one(idle, 'no-samples'),
  errorRatio(
    'errors by a label that is not there',
    { targets: [misnamed('errors by a label that is not there')] },
    'no-samples',
    {
      bad: 'requests_total{job="errors by a label that is not there",status=~"5.."}',
    },
  ),
  errorRatio(
    'errors of a proxy that is not scraped',
    { targets: [misnamed('errors of a proxy that is not scraped')] },
    'no-samples',
    {
      bad: 'proxy_responses_total{job="proxy",code="5xx"}',
    },
  ),
  errorRatio('no series at all', { targets: [] }, 'no-samples'),
  errorRatio(
    notANumber.job,
    {
      targets: [notANumber],
      alter: goodAt(
        (place) => place === 15,
        () => Number.NaN,
      ),
    },
    'not-a-number',
  ),
  one(gone, 'fail'),
  errorRatio('one target scraped twice', { targets: twice }, 'pass'),
  errorRatio(
    falseReset.job,
    // One sample comes from the other of two Prometheis, which scraped a little earlier.
    {
      targets: [falseReset],
      alter: goodAt(
        (place) => place === 15,
        (old) => old - 400,
      ),
    },
    'straddles-limit',
  ),
  one(slow, 'straddles-limit'),
  one(missedAtEnd, 'straddles-limit'),
  one(missedAtStart, 'straddles-limit'),
  one(slower, 'straddles-limit'),
];
