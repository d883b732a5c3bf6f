import { expect, it } from 'vitest';
import type { Platform } from '@ordeal/shared/platform/platform';
import type { Scenario } from '@ordeal/shared/scenario/scenario';
import { workloadWords } from '../../src/run/workload-words.ts';

const platform = { journeys: { buy: { weight: 2 }, report: { weight: 0 } } } as unknown as Platform;
const loadOf = (quiet: number, noisy: number, journey: string): string => {
  const load = {
    phase: 'load',
    name: 'tenants',
    rate: quiet + noisy,
    perTenant: [
      { tenant: 'quiet', rate: quiet, weights: { buy: 2 } },
      { tenant: 'noisy', rate: noisy, weights: { [journey]: 1 } },
    ],
  };
  return workloadWords({ phases: [load] } as unknown as Scenario, platform);
};

it('tells loads of several tenants apart by who sends what, as runs are compared by it', () => {
  expect(loadOf(20, 60, 'report')).toBe(
    'tenants: 80 iterations/s: 20/s of tenant quiet (buy × 2), 60/s of tenant noisy (report × 1)',
  );
  expect(loadOf(60, 20, 'report')).not.toBe(loadOf(20, 60, 'report'));
  expect(loadOf(20, 60, 'buy')).not.toBe(loadOf(20, 60, 'report'));
});
