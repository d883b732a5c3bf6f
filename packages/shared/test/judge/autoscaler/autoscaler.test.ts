import { describe, expect, it } from 'vitest';
import type { AutoscalerSample, AutoscalerSeen } from '../../../src/judge/autoscaler/watch.ts';
import { judge } from '../../../src/judge/judge.ts';
import { observationsOf } from '../observations-of.ts';
import { conditions, cpu, look, memory, requests, seenWith } from './watched.ts';

const promised = {
  cluster: { context: 'test', uid: '00000000-0000-4000-8000-000000000000' },
  namespace: 'shop',
  name: 'shop-hpa',
  replicas: { least: 2, most: 10 },
  targets: [
    { resource: 'cpu', utilization: 70 },
    { resource: 'memory', utilization: 80 },
    { pods: 'requests', average: 100 },
  ],
  source: 'the document, 2.5',
} as const;

function found(samples: readonly AutoscalerSample[] | null, broke: string | null = null) {
  const [finding] = judge(
    observationsOf({
      autoscalers:
        samples === null ? [] : [{ autoscaler: 'shop', phase: 'baseline', promised, samples, broke }],
      assignments: [
        {
          objectiveName: 'autoscaler shop',
          objective: {
            signal: { from: 'autoscaler', measure: 'departures', autoscaler: 'shop' },
            comparator: '<=',
            limit: 0,
            unit: 'departures',
          },
          window: 'baseline',
        },
      ],
    }),
  );
  if (finding === undefined) throw new Error('there is a finding for each assignment');
  return finding;
}
const once = (more: Partial<AutoscalerSeen> = {}) => found([look(seenWith(more))]);

describe('an autoscaler', () => {
  it('that is as promised, and decides by its figures, passes', () => {
    expect(once()).toMatchObject({
      outcome: 'pass',
      value: { low: 0, high: 0 },
      samples: 1,
      explanation:
        'HorizontalPodAutoscaler shop/shop-hpa: 1 looks saw 1 states of it, of which 1 could be checked. It wanted 4 to 4 replicas.',
    });
  });

  it.each([
    ['its minReplicas is 3, and 2 is promised', { replicas: { least: 3, most: 10 } }],
    ['its maxReplicas is 5, and 10 is promised', { replicas: { least: 2, most: 5 } }],
    [
      'its target of cpu is 50 (Utilization), and 70 (Utilization) is promised',
      { metrics: [cpu(50, 50), memory(80), requests(100)] },
    ],
    [
      'it does not scale by requests, but by cpu (Resource), memory (Resource)',
      { metrics: [cpu(70), memory(80)] },
    ],
    [
      'its target of cpu is 70 (AverageValue)',
      { metrics: [{ ...cpu(70), per: 'AverageValue' }, memory(80), requests(100)] },
    ],
  ] as const)('fails: %s', (sentence, more) => {
    const finding = once(more);
    expect(finding).toMatchObject({ outcome: 'fail', value: { low: 1, high: 1 } });
    expect(finding.explanation).toContain(`Otherwise than promised: ${sentence}`);
  });

  it('may scale or not at 1.1 of its target, which controllers compare in two ways, but goes by one of them', () => {
    // With rules of its own nothing of before holds it up.
    const rules = { windowSeconds: null, tolerance: null };
    const at = (time: number, current: number, desired: number, used = 77) =>
      look(
        seenWith({
          metrics: [cpu(used), memory(80), requests(100)],
          behavior: { up: rules, down: rules },
          current,
          desired,
          conditions: conditions({ able: current === desired ? 'ReadyForNewScale' : 'SucceededRescale' }),
        }),
        time,
      );
    expect(found([at(0, 3, 4)])).toMatchObject({ outcome: 'pass' });
    expect(found([at(0, 3, 3)])).toMatchObject({ outcome: 'pass' });
    expect(found([at(0, 3, 5)])).toMatchObject({ outcome: 'fail', value: { low: 1 } });
    // A status is checked with the pods of the look before.
    const scaled = [at(0, 3, 4), at(15_000, 4, 4, 70)];
    expect(found([...scaled, at(30_000, 4, 5)])).toMatchObject({ outcome: 'pass' });
    expect(found([...scaled, at(30_000, 4, 4)])).toMatchObject({ outcome: 'fail', value: { low: 1 } });
  });

  it('fails by its settings even where nothing can be said of its decisions', () => {
    const more = { replicas: { least: 1, most: 10 }, conditions: conditions({ active: 'False' }) };
    expect(once(more)).toMatchObject({ outcome: 'fail', value: { low: 1, high: 1 } });
  });

  it('may scale by more than is promised', () => {
    const queue = { kind: 'External', name: 'queue', per: 'AverageValue', target: 5, current: 5 } as const;
    expect(once({ metrics: [cpu(70), memory(80), requests(100), queue] }).outcome).toBe('pass');
  });

  it('fails where it decides otherwise, however often it does right; one status counts once', () => {
    const scaled = { conditions: conditions({ able: 'SucceededRescale' }) };
    const wrong = seenWith({ desired: 5, metrics: [cpu(70), memory(120), requests(100)], ...scaled });
    const finding = found([
      look(seenWith(), 0),
      look(wrong, 5000),
      look(wrong, 10_000, 5),
      look(seenWith(), 15_000),
    ]);
    expect(finding).toMatchObject({ outcome: 'fail', value: { low: 1, high: 1 }, samples: 2 });
    expect(finding.explanation).toContain('4 looks saw 3 states of it, of which 2 could be checked');
    expect(finding.explanation).toContain('asks for 6 (bounds 2 to 10), and it wants 5');
  });

  it('is checked by the pods of before its decision, which changes them', () => {
    const up = seenWith({ desired: 6, metrics: [cpu(70), memory(80), requests(150)] });
    expect(found([look(seenWith(), 0), look(up, 5000, 6)])).toMatchObject({ outcome: 'pass', samples: 2 });
    expect(found([look(up, 0, 6)])).toMatchObject({ outcome: 'inconclusive', reason: 'too-few-samples' });
  });

  it('is inconclusive where pods without a metric would explain it', () => {
    const finding = once({ desired: 4, metrics: [cpu(70), memory(80), requests(200)] });
    expect(finding).toMatchObject({
      outcome: 'inconclusive',
      reason: 'straddles-limit',
      value: { low: 0, high: 1 },
    });
  });

  it('is inconclusive where a promised metric never had a value', () => {
    expect(once({ desired: 8, metrics: [cpu(140), memory(80), requests(null)] })).toMatchObject({
      outcome: 'inconclusive',
      reason: 'no-samples',
      explanation: expect.stringContaining('It never had a value of requests to decide by.'),
    });
    expect(once({ conditions: conditions({ active: 'False' }) })).toMatchObject({
      outcome: 'inconclusive',
      explanation: expect.stringContaining('FailedGetPodsMetric: no custom metrics API'),
    });
  });

  it('is inconclusive where its controller may have stopped', () => {
    const seen = seenWith();
    expect(found([look(seen), look({ ...seen, ageSeconds: 95 }, 90_000)])).toMatchObject({
      outcome: 'inconclusive',
      reason: 'stale',
    });
  });

  it.each([
    ['nobody watched', null, null, 'not-run'],
    ['it is not there', [{ kind: 'absent', at: 0 }], null, 'no-samples'],
    ['it was there for a while', [look(seenWith()), { kind: 'absent', at: 5000 }], null, 'no-samples'],
    ['it could not be read', [{ kind: 'unread', at: 0, reason: 'forbidden' }], null, 'query-failed'],
    ['the watch crashed at once', [], 'out of memory', 'observer-broke'],
    ['the watch crashed', [look(seenWith())], 'out of memory', 'observer-broke'],
    ['nobody came to look', [], null, 'no-samples'],
  ] as const)('is inconclusive where %s', (_, samples, broke, reason) => {
    expect(found(samples, broke)).toMatchObject({ outcome: 'inconclusive', reason });
  });

  it('passes with a look that failed among those that did not', () => {
    const samples: readonly AutoscalerSample[] = [
      look(seenWith()),
      { kind: 'unread', at: 5000, reason: 'throttled' },
    ];
    expect(found(samples)).toMatchObject({ outcome: 'pass' });
  });
});
