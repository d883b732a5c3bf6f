import { describe, expect, test } from 'vitest';
import { planRunners, rateOfEach } from '../../src/distributed/runner-options.ts';
import { planLoad } from '../../src/plan/k6-options.ts';
import { workloadOf } from '../support/run.ts';

interface Scenario {
  readonly vus?: number;
  readonly rate?: number;
  readonly timeUnit?: string;
  readonly maxVUs?: number;
  readonly preAllocatedVUs?: number;
}

const scenariosOf = (options: Readonly<Record<string, unknown>>) =>
  options['scenarios'] as Readonly<Record<string, Scenario>>;

describe('the plan of several runners', () => {
  const single = planLoad(workloadOf('one-step', 'http://x/', { rate: 100, timeoutMs: 3000 }));

  test.each([1, 2, 3, 7])(
    '%i runners: one waits for the end in each, and virtual users go around',
    (runners) => {
      const plan = planRunners(single, runners);
      const { ordeal_control: control, journey_0: journey } = scenariosOf(plan.options);
      const before = scenariosOf(single.options)['journey_0'];
      expect(control?.vus).toBe(runners);
      expect(journey).toMatchObject({ rate: before?.rate, timeUnit: before?.timeUnit });
      expect(journey!.maxVUs! % runners).toBe(0);
      expect(journey?.preAllocatedVUs).toBe(journey?.maxVUs);
      // Each could take a black hole at its share of the rate.
      expect(journey!.maxVUs! / runners).toBeGreaterThanOrEqual(
        (100 / runners) * 3 * 1.25 + (runners === 1 ? 5 : 4),
      );
      expect(plan.virtualUsers).toBe(journey?.maxVUs);
    },
  );

  test('tenants that are told apart have their own virtual users, of which all runners have as many', () => {
    const perTenant = [
      { tenant: 'quiet', rate: 10, weights: { 'one-step': 1 } },
      { tenant: 'noisy', rate: 90, weights: { 'one-step': 1 } },
    ];
    const apart = planLoad(workloadOf('one-step', 'http://x/', { rate: 100, timeoutMs: 3000, perTenant }));
    const { virtualUsers, tenantUsers } = planRunners(apart, 2);
    expect(tenantUsers?.['noisy']).toBeGreaterThanOrEqual(90 * 3 * 1.25);
    expect(tenantUsers!['quiet']! + tenantUsers!['noisy']!).toBe(virtualUsers);
    expect(planRunners(single, 2).tenantUsers).toBeUndefined();
  });

  test('a single runner is what it is without a cluster', () => {
    expect(planRunners(single, 1)).toEqual(single);
  });

  test('each is told its share of the rate', () => {
    expect(rateOfEach({ rate: 100, rates: [{ seconds: 5, from: 0, to: 100 }] }, 4)).toEqual({
      rate: 25,
      rates: [{ seconds: 5, from: 0, to: 25 }],
    });
  });
});
