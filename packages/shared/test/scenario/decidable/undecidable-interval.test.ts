import { describe, expect, test } from 'vitest';
import type { Objective } from '../../../src/objectives/objective.ts';
import type { PrometheusSignal } from '../../../src/objectives/signal.ts';
import type { Platform } from '../../../src/platform/platform.ts';
import type { ObjectiveFacts, Telemetry } from '../../../src/scenario/decidable/facts.ts';
import { undecidableInterval } from '../../../src/scenario/decidable/undecidable-interval.ts';

const from = 'prometheus' as const;
const objective = (signal: PrometheusSignal, more: Partial<Objective> = {}): Objective => ({
  signal,
  comparator: '<',
  limit: 200,
  unit: 'ms',
  ...more,
});
const p95 = objective({ from, measure: 'latency', quantile: 0.95, histogram: 'h', matchers: '' });
const lag = objective({ from, measure: 'gauge', selector: 'lag', take: 'max' });
const backup = objective({ from, measure: 'age', selector: 'backup' });

const platformIn = (environment: 'lab' | 'production'): Platform =>
  ({ name: 'shop', environment, prometheus: { scrapeIntervalSeconds: 15 } }) as unknown as Platform;

function found(
  objectives: Readonly<Record<string, Objective>>,
  seconds: number,
  facts: Readonly<Record<string, ObjectiveFacts>> = {},
  environment: 'lab' | 'production' = 'production',
) {
  const spacings = Object.values(facts).flatMap(({ spacingSeconds }) =>
    spacingSeconds === undefined ? [] : [{ of: 'api', seconds: spacingSeconds }],
  );
  const telemetry: Telemetry = { known: true, spacings, objectives: facts, unknown: [] };
  return undecidableInterval(platformIn(environment), objectives, { seconds, given: '--for' }, telemetry);
}

describe('an interval of a live platform', () => {
  test('that is long enough, with the bounds that are needed, has nothing against it', () => {
    const buckets = [{ le: 0.2, series: 2 }];
    expect(found({ p95, lag, backup }, 150, { p95: { buckets } })).toEqual({ must: [], should: [] });
    expect(found({ lag }, 60, {}, 'lab')).toEqual({ must: [], should: [] });
  });

  test('that is too short is refused once for all whom it is too short for', () => {
    const { must, should } = found({ p95, lag, backup }, 149);
    expect(should).toEqual([]);
    expect(must).toMatchObject([
      {
        path: '--for, for objective "p95", "lag"',
        expected: 'at least 10 scrapes in the window: 150 s',
        found: '9.93 (149 s, a scrape every 15 s)',
      },
    ]);
    expect(found({ lag }, 59, {}, 'lab').must).toHaveLength(1);
  });

  test('counts scrapes as they really are, and warns that the settings say otherwise', () => {
    const { must, should } = found({ lag }, 150, { lag: { spacingSeconds: 60 } });
    expect(must).toMatchObject([{ expected: 'at least 10 scrapes in the window: 600 s' }]);
    expect(should).toMatchObject([{ path: 'platform shop: prometheus.scrapeIntervalSeconds' }]);
  });

  test('with a limit that is no bound of the buckets is refused, and the neighbours are named', () => {
    const buckets = [0.1, 0.25].map((le) => ({ le, series: 2 }));
    expect(found({ p95 }, 600, { p95: { buckets } }).must).toMatchObject([
      { path: 'objective "p95"', found: 'none between le="0.1" and le="0.25"' },
    ]);
    const should = { ...p95, severity: 'should' as const };
    expect(found({ p95: should }, 600, { p95: { buckets } })).toMatchObject({ must: [], should: [{}] });
  });

  test('is too short for growth long before it is for anything else', () => {
    const leak = objective(
      { from, measure: 'leak', of: { gauge: 'memory' } },
      { comparator: '<=', limit: 1, unit: 'MB/h' },
    );
    expect(found({ leak, lag }, 600).must).toMatchObject([{ path: '--for, for objective "leak"' }]);
  });
});
