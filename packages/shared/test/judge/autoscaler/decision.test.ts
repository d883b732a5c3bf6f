import { describe, expect, it } from 'vitest';
import { checkDecision, type Earlier } from '../../../src/judge/autoscaler/decision.ts';
import type { AutoscalerSeen, PodsSeen } from '../../../src/judge/autoscaler/watch.ts';
import { conditions, cpu, memory, requests, seenWith } from './watched.ts';

const all = (counted: number): PodsSeen => ({ known: true, counted, settled: counted, measured: counted });

function check(
  seen: AutoscalerSeen,
  { pods, earlier = [], at = 0 }: { pods?: PodsSeen; earlier?: readonly Earlier[]; at?: number } = {},
) {
  return checkDecision({ kind: 'seen', at, seen, pods: pods ?? all(seen.current ?? 0) }, earlier, 'bounds');
}
const decided = (current: number, desired: number, more: Partial<AutoscalerSeen> = {}) =>
  seenWith({
    current,
    desired,
    conditions: conditions({ able: current === desired ? 'ReadyForNewScale' : 'SucceededRescale' }),
    ...more,
  });

describe('a decision of an autoscaler', () => {
  it('follows from the largest of what its metrics ask for', () => {
    const metrics = [cpu(35), memory(120), requests(100)];
    expect(check(decided(4, 6, { metrics }))).toMatchObject({
      outcome: 'agrees',
      asked: { exact: 6, least: 6, most: 6 },
      metrics: ['cpu', 'memory', 'requests'],
    });
    const wrong = check(decided(4, 5, { metrics }));
    expect(wrong.outcome).toBe('departs');
    expect(wrong).toHaveProperty(
      'sentence',
      'cpu 35 % of 70 %, memory 120 % of 80 %, requests 100 a pod of 100 a pod with 4 replicas asks for 6 (bounds 2 to 10), and it wants 5',
    );
  });

  it.each([
    // Bounds come last; idle metrics go down to the least, and min = max leaves no choice.
    ['above the most', decided(8, 10, { metrics: [cpu(140)] }), 'agrees'],
    ['above the most, unbounded', decided(8, 16, { metrics: [cpu(140)] }), 'departs'],
    ['below the least', decided(4, 2, { metrics: [cpu(0)] }), 'agrees'],
    ['nothing used, and down to nothing', decided(4, 0, { metrics: [cpu(0)] }), 'departs'],
    ['min = max', decided(3, 3, { metrics: [cpu(140)], replicas: { least: 3, most: 3 } }), 'agrees'],
    [
      'min = max, not held',
      decided(3, 6, { metrics: [cpu(140)], replicas: { least: 3, most: 3 } }),
      'departs',
    ],
    // Beyond the bounds no metric is asked.
    ['more than the most', decided(12, 10, { metrics: [] }), 'agrees'],
    ['more than the most, kept', decided(12, 12, { metrics: [] }), 'departs'],
    ['fewer than the least', decided(1, 2, { metrics: [] }), 'agrees'],
    ['within the tolerance', decided(4, 4, { metrics: [cpu(75)] }), 'agrees'],
    ['within the tolerance, fewer', decided(4, 3, { metrics: [cpu(75)] }), 'departs'],
    ['above its target, kept', decided(4, 4, { metrics: [cpu(140)] }), 'departs'],
    ['below its target, kept', decided(4, 4, { metrics: [cpu(35)] }), 'departs'],
    ['against its metrics', decided(4, 3, { metrics: [cpu(140)] }), 'departs'],
  ] as const)('%s', (_, seen, outcome) => {
    expect(check(seen).outcome).toBe(outcome);
  });

  it('that would follow if pods lacked a metric is not certain, unless these are seen to have it', () => {
    const rules = { windowSeconds: null, tolerance: null };
    const behavior = { up: rules, down: rules };
    const seen = decided(4, 6, { metrics: [cpu(140)], behavior });
    expect(check(seen).outcome).toBe('departs');
    for (const measured of [null, 3]) {
      const pods = { known: true, counted: 4, settled: 4, measured } as const;
      expect(check(seen, { pods })).toMatchObject({ outcome: 'open', asked: { exact: 8 } });
      expect(check(decided(4, 7, { metrics: [cpu(140)], behavior }), { pods }).outcome).toBe('departs');
      expect(check(decided(4, 4, { metrics: [cpu(140)] }), { pods }).outcome).toBe('open');
    }
    // Of a metric of the pods' own nobody tells which of them have it.
    expect(check(decided(4, 6, { metrics: [requests(200)] }))).toMatchObject({
      outcome: 'open',
      asked: { exact: 8 },
    });
  });

  it('is not told where pods are not ready for long enough, other than counted, or not seen', () => {
    const seen = decided(4, 8, { metrics: [cpu(140)] });
    for (const pods of [
      { known: true, counted: 4, settled: 3, measured: 4 },
      { known: true, counted: 5, settled: 5, measured: 5 },
      { known: false, reason: 'forbidden' },
    ] as const) {
      expect(check(seen, { pods })).toMatchObject({ outcome: 'untold', asked: null });
    }
  });

  it('may not scale down while a metric is missing, and goes by the others upwards', () => {
    const metrics = [cpu(35), requests(null)];
    expect(check(decided(4, 2, { metrics }))).toMatchObject({
      outcome: 'departs',
      sentence: 'it goes from 4 down to 2 replicas although it has no value of requests',
    });
    expect(check(decided(4, 4, { metrics })).outcome).toBe('untold');
    const busy = [cpu(140), requests(null)];
    expect(check(decided(4, 8, { metrics: busy }))).toMatchObject({ outcome: 'agrees', metrics: ['cpu'] });
    expect(check(decided(4, 4, { metrics: [cpu(null)] })).outcome).toBe('untold');
  });

  it.each([
    ['no decision yet', decided(4, 4, { desired: null })],
    ['settings of before', decided(4, 4, { lags: true })],
    ['a status that nobody writes', decided(4, 4, { ageSeconds: 91 })],
    ['a status of an unknown age', decided(4, 4, { ageSeconds: null })],
    ['metrics that it cannot get', decided(4, 4, { conditions: conditions({ active: 'False' }) })],
    ['no conditions', decided(4, 4, { conditions: [] })],
  ] as const)('is not told with %s', (_, seen) => {
    expect(check(seen).outcome).toBe('untold');
  });

  describe('that is held back', () => {
    const idle = (desired: number, more: Partial<AutoscalerSeen> = {}) =>
      decided(8, desired, {
        metrics: [cpu(35)],
        conditions: conditions({ able: 'ScaleDownStabilized' }),
        ...more,
      });
    const looks = (...asked: readonly (number | null)[]): readonly Earlier[] =>
      asked.map((one, index) => ({
        at: index * 15_000,
        asked: one === null ? null : { exact: one, least: one, most: one },
      }));

    it('by its stabilization, and by nothing without it', () => {
      expect(check(idle(8)).outcome).toBe('agrees');
      expect(check(idle(3)).outcome).toBe('departs');
      expect(check(idle(8, { conditions: conditions({}) })).outcome).toBe('departs');
      expect(check(idle(4, { conditions: conditions({}) })).outcome).toBe('agrees');
    });

    it('and, where it has scaled, does not say by what any more', () => {
      // Down to what the highest recommendation of the window was, which nobody has seen.
      const down = (desired: number, earlier: readonly Earlier[] = [], at = 0) =>
        check(decided(8, desired, { metrics: [cpu(35)] }), { earlier, at }).outcome;
      expect([4, 6].map((desired) => down(desired))).toEqual(['agrees', 'agrees']);
      expect(down(3)).toBe('departs');
      const whole = looks(...Array.from({ length: 24 }, (_, index) => (index === 20 ? 6 : 4)));
      expect([4, 5, 6, 7].map((desired) => down(desired, whole, 360_000))).toEqual([
        'departs',
        'departs',
        'agrees',
        'open',
      ]);
      // Upwards by one of before, which with rules of its own is no more asked.
      const up = (desired: number, more: Partial<AutoscalerSeen> = {}) =>
        check(decided(4, desired, { metrics: [cpu(105)], ...more })).outcome;
      expect([6, 5, 7].map((desired) => up(desired))).toEqual(['agrees', 'departs', 'open']);
      const rules = { windowSeconds: null, tolerance: null };
      expect(up(7, { behavior: { up: rules, down: rules } })).toBe('departs');
      expect(up(5, { behavior: { up: { ...rules, windowSeconds: 60 }, down: rules } })).toBe('agrees');
      expect(up(7, { behavior: { up: { ...rules, windowSeconds: 60 }, down: rules } })).toBe('departs');
    });

    it('takes the highest recommendation of the window, once it was watched as a whole', () => {
      const behavior = {
        up: { windowSeconds: null, tolerance: null },
        down: { windowSeconds: 60, tolerance: null },
      };
      // At 120 s, a window of 60 s: the 8 of the start is long past, the highest since is 6.
      const earlier = looks(8, 8, 5, 5, 5, 5, 6, 4);
      const after = { earlier, at: 120_000 };
      expect(check(idle(6, { behavior }), after).outcome).toBe('agrees');
      // A controller that has begun anew would hold on to what there is.
      expect(check(idle(8, { behavior }), after).outcome).toBe('open');
      expect(check(idle(5, { behavior }), after).outcome).toBe('departs');
      // One look that told nothing: it may have been any.
      const gap = { earlier: looks(8, 8, 5, 5, null, 5, 6, 4), at: 120_000 };
      expect(check(idle(8, { behavior }), gap).outcome).toBe('agrees');
    });

    it('may have been asked for less by then, where pods lacked a metric', () => {
      const behavior = {
        up: { windowSeconds: null, tolerance: null },
        down: { windowSeconds: 60, tolerance: null },
      };
      const lacking = looks(8, 8, 5, 5, 5, 5, 7, 4).map((one) =>
        one.asked?.exact === 7 ? { ...one, asked: { exact: 7, least: 6, most: 7 } } : one,
      );
      const after = { earlier: lacking, at: 120_000 };
      expect(check(idle(7, { behavior }), after).outcome).toBe('agrees');
      expect(check(idle(6, { behavior }), after)).toMatchObject({
        outcome: 'open',
        sentence: expect.stringContaining('as it would if pods lacked a metric'),
      });
      expect(check(idle(5, { behavior }), after).outcome).toBe('departs');
    });

    it('upwards by the lowest of the window, which a controller that has begun anew takes for what there is', () => {
      const behavior = {
        up: { windowSeconds: 60, tolerance: null },
        down: { windowSeconds: null, tolerance: null },
      };
      const busy = (desired: number) =>
        decided(4, desired, {
          metrics: [cpu(140)],
          behavior,
          conditions: conditions({ able: desired === 4 ? 'ScaleUpStabilized' : 'SucceededRescale' }),
        });
      const after = { earlier: looks(4, 4, 6, 6, 6, 6, 6, 6), at: 120_000 };
      expect(check(busy(6), after).outcome).toBe('agrees');
      expect(check(busy(4), after).outcome).toBe('open');
      expect(check(busy(9), after).outcome).toBe('departs');
    });

    it('by a rate of scaling', () => {
      const limited = conditions({ limited: 'ScaleUpLimit' });
      const replicas = { least: 1, most: 50 };
      const metrics = [cpu(700)];
      // Without rules: to twice of it, and 4 at least.
      expect(check(decided(3, 6, { metrics, replicas, conditions: limited })).outcome).toBe('agrees');
      expect(check(decided(1, 4, { metrics, replicas, conditions: limited })).outcome).toBe('agrees');
      expect(check(decided(3, 12, { metrics, replicas, conditions: limited })).outcome).toBe('departs');
      const rules = { windowSeconds: null, tolerance: null };
      const behavior = { up: rules, down: rules };
      expect(check(decided(3, 5, { metrics, replicas, behavior, conditions: limited })).outcome).toBe(
        'agrees',
      );
      expect(check(decided(3, 5, { metrics, replicas, behavior })).outcome).toBe('departs');
    });
  });
});
