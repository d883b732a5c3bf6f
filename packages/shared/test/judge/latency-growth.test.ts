import { describe, expect, it } from 'vitest';
import { judge } from '../../src/judge/judge.ts';
import { leakRecords } from '../../src/judge/leaks/leak-records.ts';
import type { Observations } from '../../src/judge/observations.ts';
import { steadyStateOf } from '../../src/judge/steady.ts';
import type { ClientInterval } from '../../src/load/client-interval.ts';
import type { Objective } from '../../src/objectives/objective.ts';
import { random } from '../statistics/support/random.ts';
import { errorRatio, observationsOf, second, windowAt } from './observations-of.ts';

const growth: Objective = {
  signal: { from: 'client', measure: 'latency-growth', quantile: 0.9 },
  comparator: '<',
  limit: 0.3,
  unit: 'ms/min',
};

function observed(seconds: number, tookMs: (minute: number) => number, perSecond = 20): Observations {
  const source = random(1);
  const intervals = Array.from({ length: seconds }, (_, index): ClientInterval => {
    const took = Array.from(
      { length: perSecond },
      () => tookMs(index / 60) * (1 - Math.log(1 - source.uniform()) / 4),
    );
    return second(index, { requests: perSecond, tookMs: took });
  });
  return observationsOf({
    intervals,
    windows: [windowAt('soak', 0, seconds * 1000)],
    assignments: [{ objectiveName: 'growth', objective: growth, window: 'soak' }],
  });
}

const findingOn = (...args: Parameters<typeof observed>) => judge(observed(...args))[0]!;

describe('growth of the latency', () => {
  it('fails when it creeps, though by far less than a bucket at a time', () => {
    const finding = findingOn(1800, (minute) => 40 + minute);
    expect(finding).toMatchObject({ outcome: 'fail', signal: "growth of the client's p90 latency" });
    // The 0.9 quantile of what is drawn lies 1.58 times as high as its base.
    expect(finding.value!.low).toBeLessThan(1.58);
    expect(finding.value!.high).toBeGreaterThan(1.58);
    expect(finding.value!.high! - finding.value!.low).toBeLessThan(0.8);
  });

  it('is seen within a bucket, whose bounds stand still meanwhile', () => {
    const creeping = (minute: number): number => 40 + minute / 4;
    const finding = judge({
      ...observed(1800, creeping, 100),
      assignments: [{ objectiveName: 'growth', objective: { ...growth, limit: 0.1 }, window: 'soak' }],
    })[0]!;
    expect(finding.outcome).toBe('fail');
    expect(finding.value!.high! - finding.value!.low).toBeLessThan(0.15);
  });

  it('has no say in what steady is, as it takes long to show', () => {
    const { intervals } = observed(10, () => 40);
    const findings = steadyStateOf({ errors: errorRatio, growth }).judge('w', intervals);
    expect(findings.map(({ objective }) => objective)).toEqual(['errors']);
  });

  it('passes when it does not', () => {
    expect(findingOn(1800, () => 40).outcome).toBe('pass');
    expect(findingOn(1800, () => 40, 3).outcome).not.toBe('fail');
  });

  it('cannot be told in a short time, without requests, or over a gap', () => {
    expect(findingOn(600, () => 40)).toMatchObject({ outcome: 'inconclusive', reason: 'too-few-samples' });
    expect(findingOn(1800, () => 40, 0)).toMatchObject({ outcome: 'inconclusive', reason: 'no-samples' });
    const gap = observed(1800, () => 40);
    const without = { ...gap, intervals: gap.intervals.filter((_, index) => index < 900 || index > 910) };
    expect(judge(without)[0]).toMatchObject({ outcome: 'inconclusive', reason: 'stale' });
  });

  it('is in the record', () => {
    const [record] = leakRecords(observed(1800, (minute) => 40 + minute));
    expect(record).toMatchObject({ series: 'client p90 latency', outcome: 'leak', secondsToLimit: null });
  });
});
