import type { ClientInterval } from '@ordeal/shared/load/client-interval';
import { describe, expect, it } from 'vitest';
import { runExperiment } from '../../src/experiment/run-experiment.ts';
import { simulate, type Second } from '../fixtures/simulation.ts';
import { phase } from '../fixtures/steady.ts';

const good: Second = {};
const failing: Second = { failed: 5 };
const broken: Second = { failed: 50 };
const slow: Second = { latencyMs: 200 };

describe('an experiment', () => {
  it('goes from steady over the fault back to steady, with windows by acknowledgements', async () => {
    const sim = simulate(({ injected, healed }) =>
      healed !== undefined ? (healed < 3000 ? failing : good) : injected !== undefined ? slow : good,
    );
    const { record, windows, steadyFindings } = await runExperiment(phase, sim.deps(), sim.context);
    expect(record).toMatchObject({ name: 'broken', fault: 'thing', targets: ['thing'], effective: true });
    expect(record.witness).toMatch(
      /p95 up to 2\d\d ms \(steady: up to 1\d ms; \d+ of \d+ took over \d+ ms in .* s, by chance .*\): moved/,
    );
    expect(record.aborted).toBeUndefined();
    expect(steadyFindings.map(({ outcome }) => outcome)).toEqual(['pass']);
    expect(windows.map(({ name }) => name)).toEqual(['broken/steady', 'broken/during', 'broken/recovery']);
    const [steady, during, recovery] = windows;
    expect((steady?.monotonicTo ?? 0) - (steady?.monotonicFrom ?? 0)).toBe(10_000);
    expect(during?.monotonicFrom).toBe(sim.fault.injected);
    expect((during?.monotonicTo ?? 0) - (during?.monotonicFrom ?? 0)).toBe(20_000);
    expect(recovery?.monotonicFrom).toBe(sim.fault.healed);
    expect(record.recoverySeconds).toBeGreaterThan(2);
    expect(record.recoverySeconds).toBeLessThan(4);
    expect(sim.context.undo.open()).toEqual([]);
    expect(Date.parse(record.healedAt ?? '') - Date.parse(record.injectedAt ?? '')).toBe(20_050);
  });

  it('has one window over all of it, without a gap behind the steady one, where its phase asks for it', async () => {
    const sim = simulate(() => good);
    const asked = { ...phase, objectives: { ...phase.objectives, whole: ['errors'] } };
    const { windows } = await runExperiment(asked, sim.deps(), sim.context);
    expect(windows.map(({ name }) => name.replace('broken/', ''))).toEqual([
      'steady',
      'during',
      'recovery',
      'whole',
    ]);
    const [steady, , recovery, whole] = windows;
    expect(whole?.monotonicFrom).toBe(steady?.monotonicTo);
    expect(whole?.monotonicTo).toBe(recovery?.monotonicTo);
  });

  it('has its undo on disk before the fault is in', async () => {
    const sim = simulate(() => good);
    let open = 0;
    const driver = sim.driver({
      inject: async (config, context) => {
        open = sim.context.undo.open().length;
        return sim.driver().inject(config, context);
      },
    });
    await runExperiment(phase, sim.deps({ driver }), sim.context);
    expect(open).toBe(1);
  });

  it('heals a second time what could not be injected, as the request may still have been on its way', async () => {
    const sim = simulate(() => good);
    const driver = sim.driver({
      inject: async () => {
        // The answer does not come, and the target acts right after it was looked at.
        void sim.clock.sleep(150).then(() => {
          sim.fault.isIn = true;
        });
        throw new Error('no answer');
      },
    });
    const { record } = await runExperiment(phase, sim.deps({ driver }), sim.context);
    await sim.clock.sleep(1_000);
    expect(record.notInjected).toContain('no answer');
    expect(sim.fault.isIn).toBe(false);
    expect(sim.context.undo.open()).toEqual([]);
  });

  it.each([
    ['fails', () => failing],
    ['has too little traffic to tell', () => ({ requests: 5 })],
    ['shows nothing at all', () => null],
  ])('is not injected when the steady window %s', async (_, seen) => {
    const sim = simulate(seen);
    const { record, windows } = await runExperiment(phase, sim.deps(), sim.context);
    expect(sim.fault.injected).toBeUndefined();
    expect(record).toMatchObject({
      injectedAt: null,
      healedAt: null,
      effective: null,
      recoverySeconds: null,
    });
    expect(record.notInjected).toMatch(/not steady: errors/);
    expect(windows.map(({ name }) => name)).toEqual(['broken/steady']);
  });

  it.each([
    ['it has no targets', { targets: async () => [] }, /no targets/],
    [
      'its targets cannot be found',
      { targets: () => Promise.reject(new Error('no route')) },
      /cannot be found: no route/,
    ],
    ['the driver fails', { inject: () => Promise.reject(new Error('refused')) }, /did not succeed: refused/],
    ['the driver hangs', { inject: () => new Promise<never>(() => {}) }, /longer than 30 s/],
    ['nobody acknowledges it', { inject: async () => [] }, /no target has acknowledged/],
    ['a kill could not be proven', { identities: async () => ({ thing: undefined }) }, /cannot be told/],
  ])('is not injected when %s, and says so', async (_, overrides, reason) => {
    const sim = simulate(() => good);
    const { record } = await runExperiment(phase, sim.deps({ driver: sim.driver(overrides) }), sim.context);
    expect(record.notInjected).toMatch(reason);
    expect(record).toMatchObject({ injectedAt: null, effective: null });
    expect(sim.context.undo.open()).toEqual([]);
  });

  it('is not injected when the generator has ended', async () => {
    const sim = simulate(() => good);
    const generatorEnded = (): string | undefined => (sim.elapsed() > 4000 ? 'k6 crashed' : undefined);
    const { record } = await runExperiment(phase, sim.deps({ generatorEnded }), sim.context);
    expect(record.notInjected).toMatch(/generator has ended: k6 crashed/);
  });

  it('heals within a second of the fifth bad one', async () => {
    const sim = simulate(({ injected, healed }) =>
      injected !== undefined && healed === undefined ? broken : good,
    );
    const { record } = await runExperiment(phase, sim.deps(), sim.context);
    expect(record.aborted).toMatch(/attempts failed within 5\.0 s/);
    const held = (sim.fault.healed ?? 0) - (sim.fault.injected ?? 0);
    expect(held).toBeGreaterThan(4_500);
    expect(held).toBeLessThan(7_000);
    expect(record.recoverySeconds).not.toBeNull();
  });

  it('heals when the client falls silent', async () => {
    const sim = simulate(({ injected, healed }) =>
      injected !== undefined && healed === undefined ? null : good,
    );
    const { record } = await runExperiment(phase, sim.deps(), sim.context);
    expect(record.aborted).toMatch(/silent/);
    expect((sim.fault.healed ?? 0) - (sim.fault.injected ?? 0)).toBeLessThan(12_000);
  });

  it('heals when the generator ends under the fault', async () => {
    const sim = simulate(() => good);
    const generatorEnded = (): string | undefined =>
      sim.fault.injected !== undefined && sim.clock.now() > sim.fault.injected + 3000
        ? 'k6 was killed'
        : undefined;
    const { record } = await runExperiment(phase, sim.deps({ generatorEnded }), sim.context);
    expect(record.aborted).toMatch(/k6 was killed/);
    expect((sim.fault.healed ?? 0) - (sim.fault.injected ?? 0)).toBeLessThan(4_000);
  });

  it.each([2_000, 10_020, 12_000, 35_000])('heals first when it is interrupted after %d ms', async (ms) => {
    const sim = simulate(({ injected, healed }) =>
      injected !== undefined && (healed ?? 0) < 30_000 ? failing : good,
    );
    void sim.clock.sleep(ms).then(() => sim.interrupt.abort(new Error('SIGINT')));
    const { record } = await runExperiment(phase, sim.deps(), sim.context);
    expect(record.aborted).toBe('interrupted: SIGINT');
    expect(sim.fault.isIn).toBe(false);
    expect(sim.context.undo.open()).toEqual([]);
    expect(sim.elapsed()).toBeLessThan(ms + 1_500);
  });

  it('says that a fault without an effect had none, and what was watched', async () => {
    const sim = simulate(() => good);
    const { record } = await runExperiment(phase, sim.deps(), sim.context);
    expect(record.effective).toBe(false);
    expect(record.witness).toMatch(/client errors 0\.0 %.*p95.*rate/);
    expect(record.witness).not.toMatch(/moved/);
  });

  it('was injected although nothing can be made of what was measured, and is not effective', async () => {
    const sim = simulate(() => good);
    const { stream } = sim.deps();
    const torn = ({ latency, ...one }: ClientInterval): ClientInterval =>
      sim.fault.injected === undefined
        ? { ...one, latency }
        : { ...one, latency: { ...latency, count: 999 } };
    const between = (from: number, to: number) => stream.between(from, to).map(torn);
    const deps = sim.deps({ stream: { ...stream, between } });
    const { record } = await runExperiment(phase, deps, sim.context);
    expect(record.injectedAt).not.toBeNull();
    expect(record).toMatchObject({ effective: false, witness: expect.stringContaining('cannot be told') });
  });

  it('is not effective when the fault was gone before it was taken out', async () => {
    const sim = simulate(({ injected }) => (injected !== undefined && injected < 5000 ? slow : good));
    const driver = sim.driver({ status: async () => ({ state: 'absent' }) });
    const { record } = await runExperiment(phase, sim.deps({ driver }), sim.context);
    expect(record).toMatchObject({ effective: false });
    expect(record.witness).toMatch(/showed nothing of it/);
  });

  it('has no recovery time when it is not steady again in time', async () => {
    const sim = simulate(({ injected, healed }) =>
      healed !== undefined && healed > 62_000 ? good : injected !== undefined ? failing : good,
    );
    const { record, windows } = await runExperiment(phase, sim.deps(), sim.context);
    expect(record.recoverySeconds).toBeNull();
    expect(windows.at(-1)?.name).toBe('broken/recovery');
  });

  it.each([
    ['heal rejects', { heal: () => Promise.reject(new Error('still there')) }, /still there/],
    ['heal hangs', { heal: () => new Promise<never>(() => {}) }, /longer than 60 s/],
    ['heal lies', { heal: async () => {} }, /in after it was healed/],
    [
      'nobody can tell',
      { status: async () => ({ state: 'unknown', reason: 'no answer' }) as const },
      /cannot be told: no answer/,
    ],
  ])('leaves the undo entry open when %s', async (_, overrides, reason) => {
    const sim = simulate(() => good);
    const { record } = await runExperiment(phase, sim.deps({ driver: sim.driver(overrides) }), sim.context);
    expect(record).toMatchObject({ healedAt: null, recoverySeconds: null });
    expect(sim.context.undo.open()).toHaveLength(1);
    const warnings = sim.events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
    expect(warnings.join()).toMatch(reason);
  });

  it('heals what an injection did before it failed', async () => {
    const sim = simulate(() => good);
    const driver = sim.driver({
      inject: async () => {
        sim.fault.isIn = true;
        throw new Error('one of two refused');
      },
    });
    const { record } = await runExperiment(phase, sim.deps({ driver }), sim.context);
    expect(sim.fault.isIn).toBe(false);
    expect(record.aborted).toBeUndefined();
  });

  it('says that nothing more may be broken when what an injection did before it failed cannot be healed', async () => {
    const sim = simulate(() => good);
    const driver = sim.driver({
      inject: async () => {
        sim.fault.isIn = true;
        throw new Error('one of two refused');
      },
      heal: () => Promise.reject(new Error('still there')),
    });
    const { record } = await runExperiment(phase, sim.deps({ driver }), sim.context);
    expect(record.notInjected).toContain('one of two refused');
    expect(record.aborted).toBe('a fault could not be healed');
    expect(sim.context.undo.open()).toHaveLength(1);
  });
});

describe('an experiment with a fault that ends by itself', () => {
  const kill = (replacedAfterMs: number, after = 'pid2') => {
    const sim = simulate(({ injected }) =>
      injected !== undefined && injected < 1000 ? { failed: 40 } : good,
    );
    const isUp = (): boolean =>
      sim.fault.injected !== undefined && sim.clock.now() >= sim.fault.injected + replacedAfterMs;
    const driver = sim.driver({
      endsByItself: () => true,
      identities: async () => ({
        thing: sim.fault.injected === undefined ? '1@1' : isUp() ? after : undefined,
      }),
      status: async () => (isUp() ? { state: 'absent' } : { state: 'present', detail: 'down' }),
      heal: async (_, context) => {
        while (!isUp()) await context.clock.sleep(100, context.signal);
      },
      replaced: async (_, __, context) => {
        while (!isUp()) await context.clock.sleep(100, context.signal);
        return context.clock.now();
      },
    });
    return { sim, driver };
  };

  it('is held for its time, recovers from the replacement on, and is not aborted by one bad second', async () => {
    const { sim, driver } = kill(1500, '2@9');
    const { record, windows } = await runExperiment(phase, sim.deps({ driver }), sim.context);
    expect(record.aborted).toBeUndefined();
    expect(record).toMatchObject({ effective: true });
    expect(record.witness).toMatch(/thing changed \(pid 1 → pid 2\)/);
    expect(record.recoverySeconds).toBeLessThan(1);
    const [, during, recovery] = windows;
    expect((during?.monotonicTo ?? 0) - (during?.monotonicFrom ?? 0)).toBe(20_000);
    expect(recovery?.monotonicFrom).toBe(during?.monotonicTo);
    expect((recovery?.monotonicTo ?? 0) - (recovery?.monotonicFrom ?? 0)).toBeGreaterThanOrEqual(5_000);
    expect(sim.events).toContainEqual({
      type: 'fault-healed',
      phase: 'broken',
      fault: 'thing',
      by: 'itself',
    });
  });

  it('lasts until the replacement when that takes longer than its hold', async () => {
    const { sim, driver } = kill(33_000, '2@9');
    const { windows } = await runExperiment(phase, sim.deps({ driver }), sim.context);
    expect((windows[1]?.monotonicTo ?? 0) - (windows[1]?.monotonicFrom ?? 0)).toBeGreaterThanOrEqual(33_000);
    expect((windows[1]?.monotonicTo ?? 0) - (windows[1]?.monotonicFrom ?? 0)).toBeLessThan(34_000);
  });

  it('is not effective when the same process is still there', async () => {
    const { sim, driver } = kill(1500, '1@1');
    const { record } = await runExperiment(phase, sim.deps({ driver }), sim.context);
    expect(record).toMatchObject({ effective: false });
    expect(record.witness).toMatch(/did not change/);
  });

  it('has no effect, and says why, when nobody replaced what it had hit', async () => {
    const { sim, driver } = kill(90_000, '1@1');
    const { record } = await runExperiment(phase, sim.deps({ driver }), sim.context);
    expect(record).toMatchObject({ effective: false });
    expect(record.witness).toMatch(/did not change/);
    expect(record.notReplaced).toBeDefined();
  });

  it('is healed by the run when no replacement comes', async () => {
    const { sim, driver } = kill(90_000, '2@9');
    const { record } = await runExperiment(phase, sim.deps({ driver }), sim.context);
    expect(record.healedAt).not.toBeNull();
    expect(record.notReplaced).toMatch(/^The replacement of what was killed/);
    expect(sim.events.some((event) => event.type === 'warning' && /replacement/.test(event.message))).toBe(
      true,
    );
    expect(sim.events).toContainEqual({ type: 'fault-healed', phase: 'broken', fault: 'thing', by: 'run' });
  });
});
