import { expect, it } from 'vitest';
import { refuseListed } from '../../src/scenario/guardrails/allowed-regions.ts';
import { planScenario } from '../../src/scenario/plan.ts';
import type { DrillKind, DrillPhase } from '../../src/scenario/scenario.ts';
import { platformValue } from '../platform/platform-value.ts';
import { described } from './described.ts';

const drilled = (drill: DrillKind): DrillPhase => ({
  phase: 'drill',
  name: 'moved',
  title: 'Moved',
  drill,
  store: 'main',
  route: 'global',
  probeEvery: 0.1,
  probeTimeout: 1,
  ledgerRate: 10,
  ledgerLead: 1,
  stableFor: 30,
  stableAttempts: 300,
  deadline: 60,
  targets: { rto: 60, rpo: 60, detection: 30, failover: 60 },
  objectives: ['RTO'],
});
const evacuated = drilled({ kind: 'evacuate', from: 'a', to: 'b' });
const anywhere = { id: 'acme', allowedRegions: ['a', 'b', 'c'] };
const eu = { id: 'eu', allowedRegions: ['a'] };

it('a tenant of the directory is led only where it may be', () => {
  expect(refuseListed([anywhere], 'http://shop/tenants', evacuated)).toBeUndefined();
  expect(refuseListed([anywhere, eu], 'http://shop/tenants', evacuated)).toBe(
    'moved would move tenant eu from region a to region b, which is not among its allowed regions (a), says http://shop/tenants: drill a region whose tenants may be led there, or have it allowed there',
  );
  expect(refuseListed([eu, { ...eu, id: 'de' }], 'x', evacuated)).toContain('tenant eu (and 1 more) from');
});

it('one that may not be where the drill begins is led nowhere by it, nor is anybody where nothing is moved', () => {
  expect(refuseListed([{ id: 'us', allowedRegions: ['c'] }], 'x', evacuated)).toBeUndefined();
  expect(refuseListed([eu], 'x', drilled({ kind: 'return', from: 'b', to: 'a' }))).toBeUndefined();
  expect(refuseListed([eu], 'x', drilled({ kind: 'observe', lose: 'kill', from: 'a' }))).toBeUndefined();
});

it('the plan says that the directory will be asked', () => {
  const tenantDirectory = { url: '/tenants', id: 'id', allowedRegions: 'regions' };
  const saidOf = (drill: DrillKind, changes = { tenantDirectory }) =>
    planScenario(
      platformValue(changes),
      { name: 'day', title: 'Day', phases: [drilled(drill)] },
      { pace: 'full', seed: 1 },
      { fault: () => described(['a']), drill: () => [], restore: () => [] },
    ).phases[0]?.does.filter((sentence) => sentence.includes('/tenants'));
  expect(saidOf(evacuated.drill)).toEqual([
    'Refused unless /tenants, which is asked before anything is broken, allows each tenant of region a to be in region b.',
  ]);
  expect(saidOf({ kind: 'observe', lose: 'kill', from: 'a' })).toEqual([]);
});
