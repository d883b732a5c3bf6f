import { describe, expect, it } from 'vitest';
import type { Objective } from '../../src/objectives/objective.ts';
import type { Platform } from '../../src/platform/platform.ts';
import { NOTHING_KNOWN } from '../../src/scenario/decidable/facts.ts';
import { undecidable } from '../../src/scenario/decidable/undecidable.ts';
import { parseScenario } from '../../src/scenario/parse-scenario.ts';
import { planScenario } from '../../src/scenario/plan.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { described } from './described.ts';
import { platformValue } from '../platform/platform-value.ts';

const usual = platformValue();
const [journey = ''] = Object.keys(usual.journeys);
const quiet: Objective = {
  signal: { from: 'client', measure: 'error-ratio', tenant: 'quiet' },
  comparator: '<',
  limit: 0.01,
  unit: 'ratio',
};
const all: Objective = { ...quiet, signal: { from: 'client', measure: 'error-ratio' } };
const platform: Platform = platformValue({
  tenants: ['quiet', 'noisy'].map((id) => ({ id, allowedRegions: usual.regions })),
  journeys: { ...usual.journeys, heavy: { ...usual.journeys[journey]!, weight: 0 } },
  objectives: { ...usual.objectives, quiet, all },
});

const load = (more: Record<string, unknown>) => ({
  phase: 'load',
  name: 'tenants',
  title: 'Tenants',
  warmUp: 1,
  judgeFor: 10,
  objectives: ['quiet'],
  ...more,
});
const parse = (more: Record<string, unknown>) =>
  parseScenario({ name: 'day', title: 'Day', phases: [load(more)] }, platform, 'day.ts');

function parsed(more: Record<string, unknown>): Scenario {
  const result = parse(more);
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result.value;
}

function mistakes(more: Record<string, unknown>): readonly string[] {
  const result = parse(more);
  return result.ok ? [] : result.diagnostics.map(({ path, expected }) => `${path}: ${expected}`);
}

const tenants = { quiet: { rate: 5 }, noisy: { rate: 50, journeys: ['heavy'] } };

describe('load of several tenants', () => {
  it('adds up to a rate, and has the journeys that each of them names', () => {
    const scenario = parsed({ tenants });
    expect(scenario.phases[0]).toMatchObject({
      rate: 55,
      perTenant: [
        { tenant: 'quiet', rate: 5 },
        // Of weight 0 otherwise.
        { tenant: 'noisy', rate: 50, weights: { heavy: 1 } },
      ],
    });
    const describers = { fault: () => described([]), drill: () => [], restore: () => [] };
    const plan = planScenario(platform, scenario, { pace: 'full', seed: 1 }, describers);
    expect(plan.phases[0]?.does[0]).toContain('50/s of tenant noisy (heavy × 1)');
  });

  it('may give journeys weights of their own', () => {
    const weighed = { ...tenants, quiet: { rate: 5, journeys: { heavy: 0.5, [journey]: 3 } } };
    expect(parsed({ tenants: weighed }).phases[0]).toMatchObject({
      perTenant: [{ tenant: 'quiet', rate: 5, weights: { heavy: 0.5, [journey]: 3 } }, { tenant: 'noisy' }],
    });
    const of = (journeys: object) => mistakes({ tenants: { ...tenants, quiet: { rate: 5, journeys } } });
    expect(of({ nope: 1 })).toEqual([
      "day.ts: phases[0].tenants.quiet.journeys.nope: the name of one of the platform's journeys",
    ]);
    expect(of({ heavy: 0 })).toHaveLength(1);
    expect(of({})).toHaveLength(1);
  });

  it('names what is not there, and refuses what does not go together', () => {
    expect(mistakes({ tenants: { quiet: { rate: 5 }, other: { rate: 1, journeys: ['nope'] } } })).toEqual([
      "day.ts: phases[0].tenants: the name of one of the platform's tenants",
      "day.ts: phases[0].tenants.other.journeys[0]: the name of one of the platform's journeys",
    ]);
    expect(mistakes({ tenants, rate: 5 })).toEqual(['day.ts: phases[0].rate: nothing: `tenants` says it']);
    expect(mistakes({ tenants: { quiet: { rate: 5 } } })).toHaveLength(1);
    expect(mistakes({})).toEqual(['day.ts: phases[0].rate: a number']);
    const over = { quiet: { rate: 5 }, noisy: { rate: platform.guardrails.maxRate } };
    expect(mistakes({ tenants: over })).toEqual([
      `day.ts: phases[0].rate: at most guardrails.maxRate (${platform.guardrails.maxRate}/s)`,
    ]);
  });

  it('says nothing of how many requests tenants make that have journeys of their own', () => {
    const few = { ...NOTHING_KNOWN, requestsPerIteration: 0.1 };
    const of = (more: Record<string, unknown>) =>
      undecidable(platform, parsed({ ...more, objectives: ['all'] }), few).must.map(
        ({ expected }) => expected,
      );
    expect(of({ rate: 55 })).toEqual(['at least 299 samples']);
    expect(of({ tenants })).toEqual([]);
  });

  it('cannot decide an objective of a tenant that it does not tell of', () => {
    const of = (more: Record<string, unknown>) =>
      undecidable(platform, parsed(more), NOTHING_KNOWN).must.map(({ expected, found }) => [expected, found]);
    expect(of({ tenants })).toEqual([]);
    expect(of({ rate: 50 })).toEqual([
      ['a workload that tells of tenant quiet apart', 'one in which tenants take turns'],
    ]);
  });
});
