import { describe, expect, it } from 'vitest';
import { COMPARISONS, recommend, toleranceOf } from '../../../src/judge/autoscaler/recommend.ts';
import type { MetricSeen } from '../../../src/judge/autoscaler/watch.ts';

const usual = toleranceOf({ behavior: null }, 'bounds');
const cpu = (current: number, target = 70) =>
  ({ kind: 'Resource', name: 'cpu', per: 'Utilization', target, current }) as const;
const requests = (current: number) =>
  ({ kind: 'Pods', name: 'requests', per: 'AverageValue', target: 100, current }) as const;
const queue = (per: MetricSeen['per'], current: number, target: number) =>
  ({ kind: 'External', name: 'queue', per, target, current }) as const;

describe('what a metric asks for', () => {
  it.each([
    // The example of the documentation: 200m of 100m doubles, 50m halves.
    [{ ...cpu(200, 100) }, 3, 6],
    [{ ...cpu(50, 100) }, 4, 2],
    [cpu(140), 4, 8],
    [cpu(0), 4, 0],
    [cpu(1), 4, 1],
    [cpu(71), 1, 1],
    // Within a tenth nothing changes; 1.1 and 0.9 are within it.
    [cpu(77), 10, 10],
    [cpu(63), 10, 10],
    [cpu(78), 10, 12],
    [cpu(62), 10, 9],
    [requests(110), 5, 5],
    [requests(110.001), 5, 6],
    [requests(0), 5, 0],
    [requests(250.5), 2, 6],
    [queue('Value', 300, 100), 2, 6],
    [queue('AverageValue', 30, 10), 2, 6],
    [queue('AverageValue', 0, 10), 2, 0],
  ] as const)('%j with %d replicas is %d', (metric, replicas, exact) => {
    expect(recommend(metric, replicas, usual).exact).toBe(exact);
  });

  it.each(COMPARISONS)('has the tolerances of its rules, each direction its own, by %s', (comparison) => {
    const rules = { windowSeconds: null, tolerance: null };
    const own = toleranceOf({ behavior: { up: { ...rules, tolerance: 0 }, down: rules } }, comparison);
    expect(recommend(cpu(71), 10, own).exact).toBe(11);
    expect(recommend(cpu(63), 10, own).exact).toBe(10);
  });

  it('goes beyond the tolerance at 1.1 as it was compared until Kubernetes 1.32, and not at 0.9', () => {
    const before = toleranceOf({ behavior: null }, 'distance');
    expect(recommend(cpu(77), 3, before).exact).toBe(4);
    expect(recommend(cpu(63), 3, before).exact).toBe(3);
    expect(recommend(cpu(76), 3, before).exact).toBe(3);
  });

  it('does less where pods lack the metric: they count as idle when more are asked for', () => {
    // 3 of 4 at 200 %: 150 %, 6 replicas. 2 of 4: exactly at the target. One of 4 would turn round.
    expect(recommend(cpu(140), 4, usual)).toEqual({ exact: 8, otherwise: [6, 4] });
    expect(recommend(requests(200), 4, usual)).toEqual({ exact: 8, otherwise: [6, 4] });
  });

  it('and as fully used when fewer are: a utilization at 100 %, all others at their target', () => {
    // 3 at 10 % and one at 100 %: 32 %, 2 replicas of 4. With two of these 55 %, 4. With three it would turn round.
    expect(recommend(cpu(10), 4, usual)).toEqual({ exact: 1, otherwise: [2, 4] });
    expect(recommend(requests(0), 4, usual)).toEqual({ exact: 0, otherwise: [1, 2, 3] });
  });

  it('may be of a little more than what is shown, which is cut off', () => {
    // 5 of 8 with 200.001 are 1000.005 to 1000.009 of 8 pods: 125, or a thousandth more, and so 10 or 11 replicas.
    expect(recommend(requests(200.001), 8, usual).otherwise).toEqual(expect.arrayContaining([10, 11]));
    // 3 of 4 with 93 %: 69 or 70 % of 4, of a target of 63 %.
    expect(recommend(cpu(93, 63), 4, usual).otherwise).toEqual(expect.arrayContaining([4, 5]));
  });

  it('has no pods that could lack what is not of pods', () => {
    expect(recommend(queue('Value', 300, 100), 4, usual).otherwise).toEqual([]);
  });
});
