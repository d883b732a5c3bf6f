import { expect, test } from 'vitest';
import { isOfAlerts, wantsAnAlert } from '../../src/objectives/of-alerts.ts';
import type { Objective } from '../../src/objectives/objective.ts';

const of = (measure: 'alerts-fired' | 'alerts-firing' | 'seconds-to-alert', comparator: '<=' | '>=') =>
  ({
    signal: { from: 'prometheus', measure, alerts: 'severity="critical"' },
    comparator,
    limit: 1,
    unit: '1',
  }) satisfies Objective;

test('an alert is wanted where it has to come within a time, or at least one has to', () => {
  expect(wantsAnAlert(of('seconds-to-alert', '<='))).toBe(true);
  expect(wantsAnAlert(of('alerts-firing', '>='))).toBe(true);
  expect(wantsAnAlert(of('alerts-fired', '>='))).toBe(true);
  expect(wantsAnAlert(of('alerts-firing', '<='))).toBe(false);
  expect(wantsAnAlert(of('alerts-fired', '<='))).toBe(false);
});

test('other signals have nothing to do with alerts, whatever their comparator', () => {
  const present: Objective = {
    signal: { from: 'prometheus', measure: 'present', selector: 'up' },
    comparator: '>=',
    limit: 4,
    unit: 'series',
  };
  expect(isOfAlerts(present)).toBe(false);
  expect(wantsAnAlert(present)).toBe(false);
});
