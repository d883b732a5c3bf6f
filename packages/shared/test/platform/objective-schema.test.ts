import { expect, test } from 'vitest';
import { objectiveSchema } from '../../src/platform/objective-schema.ts';

const share = {
  signal: { from: 'client', measure: 'error-ratio' },
  comparator: '<',
  limit: 0.01,
  unit: 'ratio',
};

test('only shares of events can be inferred', () => {
  expect(objectiveSchema.safeParse({ ...share, claim: 'inferred' }).success).toBe(true);
  const throughput = { ...share, signal: { from: 'client', measure: 'throughput' } };
  expect(objectiveSchema.safeParse({ ...throughput, claim: 'observed' }).success).toBe(true);
  const refused = objectiveSchema.safeParse({ ...throughput, claim: 'inferred' });
  expect(refused.error?.issues[0]).toMatchObject({
    path: ['claim'],
    message: expect.stringContaining('shares of events'),
  });
});

test.each([
  ['severity="critical"', true],
  ['severity=~"a|b",team!="x"', true],
  ['', false],
  ['{severity="critical"}', false],
  ['severity=critical', false],
  ['severity="critical"} or vector(1', false],
])('matchers of alerts: %s', (alerts, fine) => {
  const signal = { from: 'prometheus', measure: 'alerts-fired', alerts };
  expect(objectiveSchema.safeParse({ ...share, signal }).success).toBe(fine);
});

test.each([
  ['http_request_duration_seconds', true],
  ['job:latency', true],
  ['http.server.request.duration', false],
  ['http_request_duration_seconds{job="api"}', false],
])('the name of a histogram: %s', (name, fine) => {
  const signal = { from: 'prometheus', measure: 'latency', quantile: 0.95, histogram: name, matchers: '' };
  const parsed = objectiveSchema.safeParse({ ...share, unit: 's', signal });
  expect(parsed.error?.issues.map(({ path }) => path.join('.')) ?? []).toEqual(
    fine ? [] : ['signal.histogram'],
  );
});

test.each([
  ['sum(rate(x[$window])) or vector(0)', '<', false],
  ['sum(rate(x[$window])) OR on() (vector( 0 ))', '<', false],
  ['(a or ignoring(le) vector(0)) + b', '<=', false],
  ['a or vector(scalar(b))', '<', false],
  ['a or vector(1)', '<', true],
  ['a or vector(0)', '>', true],
  ['a or 0 * sum(b)', '<', true],
  ['vector(0)', '<', true],
] as const)('a query that is filled in where there is nothing: %s %s 0.01', (query, comparator, fine) => {
  const signal = { from: 'prometheus', measure: 'promql', query, take: 'last', series: 'one' };
  const parsed = objectiveSchema.safeParse({ ...share, comparator, signal });
  expect(parsed.error?.issues.map(({ path }) => path.join('.')) ?? []).toEqual(fine ? [] : ['signal.query']);
});
