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

describe('the status of a refusal', () => {
  const mistakes = (of: LimitSpec) => {
    const parsed = parsePlatform(platform({ limits: { one: of } }), 'platform.ts');
    return parsed.ok ? [] : parsed.diagnostics;
  };

  it('is none with which a request that is let in is answered', () => {
    for (const refusedWith of [200, 204, 302, 399]) {
      expect(mistakes({ ...rate, refusedWith })).toEqual([
        expect.objectContaining({ path: 'platform.ts: limits["one"].refusedWith', found: `${refusedWith}` }),
      ]);
    }
    expect(mistakes({ ...atOnce, refusedWith: 201 })).toEqual([
      expect.objectContaining({ path: 'platform.ts: limits["one"].refusedWith', found: '201' }),
    ]);
    expect(mistakes({ ...atOnce, answeredWith: 503 })).toEqual([
      expect.objectContaining({ found: 'none, which is 503' }),
    ]);
  });

  it('may be any other', () => {
    for (const refusedWith of [400, 403, 500, 503]) expect(mistakes({ ...rate, refusedWith })).toEqual([]);
    expect(mistakes({ ...atOnce, refusedWith: 429 })).toEqual([]);
    expect(mistakes({ ...atOnce, answeredWith: 503, refusedWith: 429 })).toEqual([]);
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

  it('stands where no load runs any more, or not yet', () => {
    const shaped = {
      phase: 'load',
      name: 'shaped',
      title: 'Shaped',
      shape: { kind: 'soak', rate: 10, for: '30s' },
      objectives: ['errors'],
    } as unknown as LoadPhase;
    const parsed = (...phases: Scenario['phases']) => {
      const scenario = parseScenario(day(...phases), platform(), 'day.ts');
      return scenario.ok ? [] : scenario.diagnostics;
    };
    expect(parsed(limit, load)).toEqual([]);
    expect(parsed(load, shaped, limit)).toEqual([]);
    expect(parsed(load, limit)).toEqual([
      {
        path: 'day.ts: phases[1]',
        expected: 'no load meanwhile, which would take part of what the limit allows',
        found: 'baseline, which runs on',
        hint: 'put the phase of kind "limit" before it',
      },
    ]);
  });

  it('asks no faster than the platform allows, and is refused where it would see nothing then', () => {
    const slow = (maxRate: number) => {
      const { guardrails } = platform();
      return plan(platform({ guardrails: { ...guardrails, maxRate }, timeoutMs: 5000 }), limit, {
        ...limit,
        name: 'at-once',
        limit: 'at once',
      }).refusals;
    };
    expect(slow(20)).toEqual([]);
    expect(slow(8)).toEqual([
      'requests would have to send 8.3 requests/s to tell what window it has; guardrails.maxRate allows 8/s',
      'at-once would have to send 20 requests/s to hold all of them within timeoutMs; guardrails.maxRate allows 8/s',
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
