import { describe, expect, test } from 'vitest';
import { judge } from '../../src/judge/judge.ts';
import type { ClientInterval } from '../../src/load/client-interval.ts';
import { intervalsOfTenant, sumIntervals } from '../../src/load/window.ts';
import type { Objective } from '../../src/objectives/objective.ts';
import { errorRatio, observationsOf, p95, second, windowAt } from './observations-of.ts';

const counts = (given: Parameters<typeof second>[1]) => {
  const { from: _, to: __, ...own } = second(0, given);
  return own;
};

/** Ten seconds: a quiet tenant as told, and a noisy one of which nearly everything is refused. */
function seconds(quiet: Parameters<typeof second>[1]): readonly ClientInterval[] {
  const noisy = { requests: 80, failed: 70, tookMs: Array.from({ length: 80 }, () => 900) };
  return Array.from({ length: 10 }, (_, index) => ({
    ...second(index, { ...noisy, requests: noisy.requests + quiet.requests }),
    tenants: { quiet: counts(quiet), noisy: counts(noisy) },
  }));
}

function outcomeOf(objective: Objective, intervals: readonly ClientInterval[]) {
  const [finding] = judge(
    observationsOf({
      windows: [windowAt('tenants', 0, 10_000)],
      intervals,
      assignments: [{ objectiveName: 'its own', objective, window: 'tenants' }],
    }),
  );
  return finding!;
}

const ofTenant = (objective: Objective, tenant: string): Objective => ({
  ...objective,
  signal: { ...objective.signal, tenant } as Objective['signal'],
});

describe('objectives of one tenant', () => {
  test('what another tenant suffers is not its own', () => {
    const intervals = seconds({ requests: 40 });
    expect(outcomeOf(ofTenant(errorRatio, 'quiet'), intervals)).toMatchObject({
      outcome: 'pass',
      samples: 400,
      signal: 'client error ratio of tenant quiet',
    });
    expect(outcomeOf(ofTenant(p95, 'quiet'), intervals).outcome).toBe('pass');
    expect(outcomeOf(ofTenant(errorRatio, 'noisy'), intervals).outcome).toBe('fail');
    expect(outcomeOf(ofTenant(p95, 'noisy'), intervals).outcome).toBe('fail');
    expect(outcomeOf(errorRatio, intervals).outcome).toBe('fail');
  });

  test('a tenant that suffers fails, and it is said beside whom', () => {
    const finding = outcomeOf(ofTenant(errorRatio, 'quiet'), seconds({ requests: 40, failed: 4 }));
    expect(finding).toMatchObject({ outcome: 'fail', value: { low: 0.1, high: 0.1 } });
    expect(finding.explanation).toContain('Beside it: tenant noisy 80 requests/s (87.5 % failed).');
  });

  test('a quota is held by those that are refused, and not by those that fail', () => {
    const held: Objective = {
      ...ofTenant(errorRatio, 'noisy'),
      signal: { from: 'client', measure: 'error-ratio', status: 503, tenant: 'noisy' },
      comparator: '>',
      limit: 0.5,
    };
    const intervals = seconds({ requests: 40 });
    expect(outcomeOf(held, intervals)).toMatchObject({
      outcome: 'pass',
      value: { low: 0.875, high: 0.875 },
      signal: 'client share of requests that failed with status 503 of tenant noisy',
    });
    const refused = { ...held, signal: { ...held.signal, status: 429 } as Objective['signal'] };
    expect(outcomeOf(refused, intervals)).toMatchObject({ outcome: 'fail', value: { low: 0, high: 0 } });
  });

  test('a tenant of whom nothing was seen is never a pass', () => {
    const nobody = { outcome: 'inconclusive', reason: 'no-samples' };
    expect(outcomeOf(ofTenant(errorRatio, 'other'), seconds({ requests: 40 }))).toMatchObject(nobody);
    const together = Array.from({ length: 10 }, (_, index) => second(index, { requests: 400 }));
    expect(outcomeOf(ofTenant(errorRatio, 'quiet'), together)).toMatchObject(nobody);
  });

  test('tenants are kept apart when intervals are added, those with gaps as well', () => {
    const [first, ...others] = seconds({ requests: 40 });
    const { tenants: _, ...without } = first!;
    const sum = sumIntervals([{ ...without, tenants: { noisy: first!.tenants!['noisy']! } }, ...others]);
    expect(sum.tenants?.['quiet']).toMatchObject({ requests: 360, failed: 0, under: { 200: 360 } });
    expect(sum.tenants?.['noisy']).toMatchObject({ requests: 800, failed: 700, under: { 200: 0 } });
    expect(intervalsOfTenant([without], 'quiet')).toMatchObject([{ requests: 0, from: first!.from }]);
  });
});
