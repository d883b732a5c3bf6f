import { describe, expect, test } from 'vitest';
import type { PrometheusSignal } from '../../src/objectives/signal.ts';
import { bucketsObstacle } from '../../src/scenario/decidable/buckets.ts';
import { each, findingOn } from './prometheus-observed.ts';

const quick = { from: 'prometheus', measure: 'latency', quantile: 0.95, matchers: '' } as const;
const most = { from: 'prometheus', measure: 'latency-share', underMs: 500, matchers: '' } as const;
const units = ['seconds', 'milliseconds'] as const;

/** Ten requests a second, each of 10 to 25 ms, as a histogram in either unit has them. */
const bounds = { seconds: ['0.01', '0.025', '0.5', '+Inf'], milliseconds: ['10', '25', '500', '+Inf'] };

describe.each(units)('a histogram in %s', (observedIn) => {
  const histogram = `took_${observedIn}`;
  const series = bounds[observedIn].map((le, place) =>
    each({ le }, (second) => (place === 0 ? 0 : 10 * (second + 5))),
  );
  const given = {
    series: { [`${histogram}_bucket{}`]: series },
    scrapes: [each({ __name__: 'up' }, () => 1)],
  };
  const judged = (signal: PrometheusSignal, comparator: '<' | '>', limit: number) =>
    findingOn({ signal, comparator, limit, unit: 'ms' }, given);

  test('is judged in milliseconds', () => {
    const signal = { ...quick, histogram, observedIn };
    expect(judged(signal, '<', 500)).toMatchObject({ outcome: 'pass', value: { low: 10, high: 25 } });
    expect(judged(signal, '<', 10)).toMatchObject({ outcome: 'fail' });
    expect(judged({ ...most, histogram, observedIn }, '>', 0.9)).toMatchObject({ outcome: 'pass' });
    expect(judged({ ...most, underMs: 10, histogram, observedIn }, '>', 0.9)).toMatchObject({
      outcome: 'fail',
    });
  });

  test('is asked about with its own bounds', () => {
    const [factor, le] = observedIn === 'seconds' ? ['1000 * ', '0.5'] : ['', '500'];
    expect(judged({ ...quick, histogram, observedIn }, '<', 500).query).toBe(
      `${factor}histogram_quantile(0.95, sum by (le) (increase(${histogram}_bucket{}[W])))`,
    );
    expect(judged({ ...most, histogram, observedIn }, '>', 0.9).query).toContain(`le="${le}"`);
  });

  test('needs a bound of its own at the limit', () => {
    const obstacle = (limit: number) =>
      bucketsObstacle({
        objective: { signal: { ...quick, histogram, observedIn }, comparator: '<', limit, unit: 'ms' },
        own: { buckets: bounds[observedIn].slice(0, -1).map((le) => ({ le: Number(le), series: 1 })) },
      } as unknown as Parameters<typeof bucketsObstacle>[0]);
    expect(obstacle(500)).toBeUndefined();
    expect(obstacle(100)?.expected).toContain(
      observedIn === 'seconds' ? 'le="0.1" (100 ms)' : 'le="100" (100 ms)',
    );
  });
});
