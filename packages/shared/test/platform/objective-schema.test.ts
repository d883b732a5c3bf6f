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
