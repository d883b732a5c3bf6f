import { describe, expect, it } from 'vitest';
import type { LimitSpec } from '../../src/platform/limit-spec.ts';
import { parsePlatform } from '../../src/platform/parse-platform.ts';
import type { Platform } from '../../src/platform/platform.ts';
import type { LimitPhase } from '../../src/scenario/limit-phase.ts';
import { parseScenario } from '../../src/scenario/parse-scenario.ts';
import { planScenario } from '../../src/scenario/plan.ts';
import type { LoadPhase, Scenario } from '../../src/scenario/scenario.ts';
import { platformValue } from '../platform/platform-value.ts';
import { described } from './described.ts';

const rate: LimitSpec = {
  kind: 'rate',
  at: 'http://192.0.2.7:8000',
  requests: 100,
  windowSeconds: 60,
  window: 'fixed',
  ask: { method: 'GET', path: '/orders', headers: { 'x-forwarded-for': '{{id}}' } },
};
const atOnce: LimitSpec = {
  kind: 'concurrency',
  requests: 100,
  ask: { method: 'POST', path: '/orders', json: { run: '{{run}}' } },
  answeredWith: 201,
};
const platform = (changes: Partial<Platform> = {}): Platform =>
  platformValue({
    limits: { rate, 'at once': atOnce },
    objectives: {
      ...platformValue().objectives,
      limits: { signal: { from: 'limit', measure: 'departures' }, comparator: '<=', limit: 0, unit: '1' },
    },
    ...changes,
  });
const limit: LimitPhase = {
  phase: 'limit',
  name: 'requests',
  title: 'Requests',
  limit: 'rate',
  objectives: ['limits'],
};
const load: LoadPhase = {
  phase: 'load',
  name: 'baseline',
  title: 'Baseline',
  rate: 50,
  warmUp: 1,
  judgeFor: 10,
  objectives: ['errors'],
};
const day = (...phases: Scenario['phases']): Scenario => ({ name: 'day', title: 'Day', phases });
const plan = (of: Platform, ...phases: Scenario['phases']) =>
  planScenario(
    of,
    day(...phases),
    { pace: 'full', seed: 1 },
    { fault: () => described(['p1']), drill: () => [], restore: () => [] },
  );

describe('a limit of a platform', () => {
  it('is taken as it is stated', () => {
    expect(parsePlatform(platform(), 'platform.ts')).toMatchObject({ ok: true });
  });

  it('is refused where it could not be looked at: all mistakes at once', () => {
    const limits = {
      rate: { ...rate, requests: 1, window: 'leaky' },
      atOnce: { ...atOnce, ask: { method: 'GET', path: '/orders' } },
      short: { ...atOnce, ask: { ...atOnce.ask, json: 1 } },
    } as unknown as Record<string, LimitSpec>;
    const parsed = parsePlatform(platform({ limits }), 'platform.ts');
    expect(parsed.ok ? [] : parsed.diagnostics.map(({ path }) => path)).toEqual([
      'platform.ts: limits.rate.requests',
      'platform.ts: limits.rate.window',
      'platform.ts: limits.atOnce.ask',
      'platform.ts: limits.short.ask',
    ]);
  });
});

describe('what is asked of a limit', () => {
  it('has no variable that nobody fills', () => {
    const ask = { method: 'GET', path: '/orders/{{cursor}}' } as const;
    const parsed = parsePlatform(platform({ limits: { rate: { ...rate, ask } } }), 'platform.ts');
    expect(parsed.ok ? [] : parsed.diagnostics).toEqual([
      expect.objectContaining({
        path: 'platform.ts: limits["rate"].ask',
        found: expect.stringContaining('{{cursor}}'),
      }),
    ]);
  });
});

describe('a phase that looks at a limit', () => {
  it('names one that the platform has', () => {
    expect(parseScenario(day(limit), platform(), 'day.ts')).toMatchObject({ ok: true });
    const wrong = parseScenario(day({ ...limit, limit: 'rates' }), platform(), 'day.ts');
    expect(wrong.ok ? [] : wrong.diagnostics).toEqual([
      expect.objectContaining({
        path: 'day.ts: phases[0].limit',
        expected: "the name of one of the platform's limits",
        hint: expect.stringContaining('rate'),
      }),
    ]);
  });

  it('is planned: what is asked of whom, and for how long', () => {
    const { phases } = plan(platform(), limit, { ...limit, name: 'at once', limit: 'at once' });
    expect(phases[0]!.expectedSeconds).toBeGreaterThan(60);
    expect(phases[0]!.does[0]).toContain('GET /orders at http://192.0.2.7:8000');
    expect(phases[1]!.does[0]).toBe(
      'hold 100 requests at once (POST /orders at http://127.0.0.1:8080), and ask one more meanwhile',
    );
  });

  it('has no window of clients, and no other phase has a limit', () => {
    const { undecidable } = plan(platform(), load, { ...limit, objectives: ['errors', 'limits'] });
    expect(undecidable).toEqual([expect.objectContaining({ expected: "a measure of the limit's own" })]);
    expect(plan(platform(), { ...load, objectives: ['limits'] }).undecidable).toEqual([
      expect.objectContaining({ expected: 'a phase that looks at a limit' }),
    ]);
  });

  it('needs a permission in production, and an address that is the platform', () => {
    const production = platform({ environment: 'production', identity: { hosts: ['127.0.0.1'] } });
    const { refusals } = plan(production, limit);
    expect(refusals).toEqual([
      expect.stringContaining('limits["rate"] leads to 192.0.2.7'),
      expect.stringContaining('guardrails.production.allow would have to name limit'),
    ]);
  });
});
