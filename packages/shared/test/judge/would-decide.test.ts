import { expect, test } from 'vitest';
import { longerWindow, moreForInference, moreSamples } from '../../src/judge/would-decide.ts';
import { observedShare } from '../../src/judge/shares.ts';
import { inferredShare } from '../../src/judge/shares.ts';
import type { Objective } from '../../src/objectives/objective.ts';
import { nativeHistogram } from '../prometheus/world.ts';
import { anchor } from './observations-of.ts';
import { each, findingOn } from './prometheus-observed.ts';

test('more samples come with a longer window at the same rate', () => {
  expect(moreSamples(299, 120, 10)).toBe('299 samples would decide it: a window of about 25 s at this rate.');
  expect(moreSamples(2995, 12, 10)).toBe(
    '2,995 samples would decide it: a window of about 42 min at this rate.',
  );
  expect(moreSamples(299, 0, 10)).toBe('299 samples would decide it.');
  expect(moreSamples(1e6, 1, 10)).toBe('1,000,000 samples would decide it.');
});

test('a longer window is as long as it has to be for what is unsure at the edges', () => {
  for (const [hit, miss, limit] of [
    [{ low: 5, high: 15 }, { low: 900, high: 1000 }, 0.01],
    [{ low: 900, high: 1000 }, { low: 5, high: 15 }, 0.99],
    [{ low: 30, high: 40 }, { low: 900, high: 3000 }, 0.02],
    [{ low: 0, high: 10 }, { low: 100, high: 110 }, 0.05],
  ] as const) {
    const seconds = Number(/about (\d+) s/.exec(longerWindow({ hit, miss, limit }, 10) ?? '')?.[1]);
    const after = (factor: number) =>
      observedShare({
        hit: { low: hit.low * factor, high: hit.low * factor + hit.high - hit.low },
        miss: { low: miss.low * factor, high: miss.low * factor + miss.high - miss.low },
      }) ?? { low: 0, high: 1 };
    const decided = ({ low, high }: { low: number; high: number }) => high < limit || low > limit;
    expect(decided(after(1))).toBe(false);
    expect(decided(after(seconds / 10)), `${seconds} s`).toBe(true);
    expect(decided(after(seconds / 12.5)), `${seconds} s`).toBe(false);
  }
  // Nothing is known of a share without events, and no window helps at the limit itself.
  expect(
    longerWindow({ hit: { low: 0, high: 1 }, miss: { low: 0, high: 1 }, limit: 0.5 }, 10),
  ).toBeUndefined();
  expect(
    longerWindow({ hit: { low: 1, high: 2 }, miss: { low: 1, high: 2 }, limit: 0.5 }, 10),
  ).toBeUndefined();
});

test('what an inference needs is what would decide it', () => {
  const counts = { hit: { low: 2, high: 2 }, miss: { low: 498, high: 498 } };
  const said = moreForInference({ ...counts, limit: 0.01 }, 500, 10);
  const needed = Number(/([\d,]+) samples/.exec(said)?.[1]?.replaceAll(',', ''));
  const scaled = (samples: number) =>
    inferredShare({
      hit: { low: samples * 0.004, high: samples * 0.004 },
      miss: { low: samples * 0.996, high: samples * 0.996 },
    })?.high ?? 1;
  expect(inferredShare(counts)?.high).toBeGreaterThan(0.01);
  expect(scaled(needed)).toBeLessThan(0.01);
  expect(said).toContain('at this rate');
  expect(
    moreForInference({ hit: { low: 1, high: 1 }, miss: { low: 99, high: 99 }, limit: 0.01 }, 100, 10),
  ).toMatch(/^No number of samples/);
});

const histogram = { histogram: 'h', matchers: '' };
const scrapes = [each({ __name__: 'up' }, () => 1)];

test('a limit between two buckets names them, and what would decide it', () => {
  const buckets = [
    [0.1, 50],
    [0.25, 95],
    [Infinity, 100],
  ] as const;
  const objective = {
    signal: { from: 'prometheus', measure: 'latency', quantile: 0.9, ...histogram },
    comparator: '<',
    limit: 200,
    unit: 'ms',
  } as const;
  const series = buckets.map(([le, rate]) =>
    each({ le: le === Infinity ? '+Inf' : String(le) }, (at) => rate * (at + 10)),
  );
  expect(findingOn(objective, { series: { 'h_bucket{}': series }, scrapes })).toMatchObject({
    outcome: 'inconclusive',
    reason: 'straddles-limit',
    value: { low: 100, high: 250 },
    wouldDecide:
      'The limit of 0.2 s lies between the buckets 0.1 and 0.25: a bucket with le="0.2" would decide it, or native histograms.',
  });
  expect(findingOn({ ...objective, limit: 250 }, { series: { 'h_bucket{}': series }, scrapes }).outcome).toBe(
    'pass',
  );
});

test('a share between two buckets lies between theirs', () => {
  const series = [
    [0.1, 50],
    [0.25, 95],
    [Infinity, 100],
  ].map(([le = 0, rate = 0]) =>
    each({ le: le === Infinity ? '+Inf' : String(le) }, (at) => rate * (at + 10)),
  );
  const share = (underMs: number) =>
    findingOn(
      {
        signal: { from: 'prometheus', measure: 'latency-share', underMs, ...histogram },
        comparator: '>=',
        limit: 0.9,
        unit: 'ratio',
      },
      { series: { 'h_bucket{}': series }, scrapes },
    );
  expect(share(250)).toMatchObject({ outcome: 'pass' });
  const between = share(200);
  expect(between).toMatchObject({ outcome: 'inconclusive', reason: 'straddles-limit' });
  expect(between.value?.low).toBeLessThanOrEqual(0.5);
  expect(between.value?.low).toBeGreaterThan(0.35);
  expect(between.value?.high).toBeGreaterThanOrEqual(0.95);
});

test('native histograms are judged by their own buckets, and missing ones are named', () => {
  const objective: Objective & { signal: { from: 'prometheus' } } = {
    signal: { from: 'prometheus', measure: 'latency-share', underMs: 250, ...histogram, buckets: 'native' },
    comparator: '>=',
    limit: 0.9,
    unit: 'ratio',
  };
  const filled = each({}, () => 0).samples.map(([at], index) => {
    const seconds = Array.from({ length: 100 * index }, (_, number) => (number % 20 === 0 ? 0.3 : 0.2));
    return [at, nativeHistogram(seconds, 1)] as const;
  });
  const native = { labels: { job: 'j', instance: 'i' }, samples: [], histograms: filled };
  const judged = (underMs: number) =>
    findingOn(
      { ...objective, signal: { ...objective.signal, underMs } as never },
      { series: { 'h{}': [native] }, scrapes },
    );
  expect(judged(250)).toMatchObject({ outcome: 'pass', samples: 900 });
  expect(judged(200)).toMatchObject({ outcome: 'inconclusive', reason: 'straddles-limit' });
  expect(judged(200).wouldDecide).toContain('lies within a bucket');
  const plain = findingOn(objective, { series: { 'h{}': [each({}, (at) => at + 10)] }, scrapes });
  expect(plain).toMatchObject({ outcome: 'inconclusive', reason: 'no-samples' });
  expect(plain.wouldDecide).toContain('native-histograms');
  expect(anchor.wallMs).toBeGreaterThan(0);
});
