import type { Choice } from '@ordeal/shared/drivers/fault';
import { guardedLedger } from '@ordeal/shared/undo/guarded-ledger';
import type { UndoLedger } from '@ordeal/shared/undo/ledger';
import { describe, expect, it } from 'vitest';
import type { AbleFaultDriver, ExperimentDeps } from '../../src/experiment/deps.ts';
import { runExperiment } from '../../src/experiment/run-experiment.ts';
import { simulate, type Second, type Simulation } from '../fixtures/simulation.ts';
import { phase } from '../fixtures/steady.ts';

const good: Second = {};
const slow: Second = { latencyMs: 200 };

interface Part {
  readonly driver: AbleFaultDriver;
  isIn: boolean;
  injected?: number;
  readonly spans: { from: number; to: number }[];
}

/** Components of a region, each with a driver of its own that says what it does. */
function region() {
  const did: string[] = [];
  const parts: Record<string, Part> = {};
  let began = 0;
  const inAt = (at: number): boolean =>
    Object.values(parts).some(({ spans }) => spans.some(({ from, to }) => at >= from && at < to));
  const sim = simulate(({ start }) => (inAt(began + start) ? slow : good));
  began = sim.clock.now();
  const part = (name: string, overrides: Partial<AbleFaultDriver> = {}): Part => {
    const made: Part = {
      isIn: false,
      spans: [],
      driver: {
        ...sim.driver(),
        kind: name,
        targets: async () => [{ name, identity: `${name}-1` }],
        inject: async () => {
          const sent = sim.clock.now();
          did.push(`inject ${name} (${sim.context.undo.open().length} entries)`);
          await sim.clock.sleep(50);
          made.isIn = true;
          made.injected = sim.clock.now();
          made.spans.push({ from: made.injected, to: Number.POSITIVE_INFINITY });
          return [{ target: name, sent, confirmed: made.injected, detail: 'in' }];
        },
        status: async () => (made.isIn ? { state: 'present', detail: `${name} in` } : { state: 'absent' }),
        heal: async () => {
          did.push(`heal ${name}`);
          await sim.clock.sleep(50);
          made.isIn = false;
          for (const span of made.spans) span.to = Math.min(span.to, sim.clock.now());
        },
        ...overrides,
      },
    };
    parts[name] = made;
    return made;
  };
  return { sim, did, part };
}

function depsOf(sim: Simulation, parts: readonly Part[], more: Partial<ExperimentDeps> = {}) {
  const faults = parts.map(({ driver }) => ({
    name: driver.kind,
    driver,
    config: {},
    entry: { title: driver.kind, driver: driver.kind, config: {}, revives: 'nothing' as const },
  }));
  return sim.deps({ faults, ...more });
}

describe('several faults together', () => {
  it('are all in at once and all healed, with every undo entry on disk before the first', async () => {
    const { sim, did, part } = region();
    const parts = [part('app'), part('cache'), part('db')];
    const { record, windows } = await runExperiment(phase, depsOf(sim, parts), sim.context);
    expect(did.slice(0, 3)).toEqual([
      'inject app (3 entries)',
      'inject cache (3 entries)',
      'inject db (3 entries)',
    ]);
    expect(did.slice(3).sort()).toEqual(['heal app', 'heal cache', 'heal db']);
    expect(record).toMatchObject({
      fault: 'app + cache + db',
      targets: ['app', 'cache', 'db'],
      effective: true,
      seed: 1,
      faults: [
        { fault: 'app', targets: [{ name: 'app', identity: 'app-1' }], effective: true },
        { fault: 'cache', effective: true },
        { fault: 'db', effective: true },
      ],
    });
    expect(record.witness).toMatch(/app: client errors.*; cache: client errors.*; db: client errors/);
    expect(windows[1]?.monotonicFrom).toBe(Math.max(...parts.map(({ injected }) => injected ?? 0)));
    expect(sim.context.undo.open()).toEqual([]);
  });

  it('are all taken out when one cannot be injected, and nothing counts as injected', async () => {
    const { sim, did, part } = region();
    const refused = part('db', {
      inject: async () => {
        await sim.clock.sleep(200);
        throw new Error('refused');
      },
    });
    const parts = [part('app'), refused];
    const { record, windows } = await runExperiment(phase, depsOf(sim, parts), sim.context);
    expect(record.notInjected).toBe('the injection did not succeed: db: refused');
    expect(record).toMatchObject({ injectedAt: null, effective: null });
    expect(did).toContain('inject app (2 entries)');
    expect(did).toContain('heal app');
    expect(parts.map(({ isIn }) => isIn)).toEqual([false, false]);
    expect(windows.map(({ name }) => name)).toEqual(['broken/steady']);
    expect(sim.context.undo.open()).toEqual([]);
  });

  it('cut an injection short that still goes on when another fails', async () => {
    const { sim, did, part } = region();
    const hanging = part('app', {
      inject: (_, { clock, signal }) => {
        signal.addEventListener('abort', () => did.push('told to end'), { once: true });
        return clock.sleep(25_000, signal).then(() => []);
      },
    });
    const failing = part('db', { inject: () => Promise.reject(new Error('refused')) });
    const { record } = await runExperiment(phase, depsOf(sim, [hanging, failing]), sim.context);
    expect(record.notInjected).toMatch(/db: refused/);
    expect(did[0]).toBe('told to end');
    expect(did).toContain('heal app');
  });

  it('are not effective when one of them is not, and say which', async () => {
    const { sim, part } = region();
    const vanishing = part('cache', { status: async () => ({ state: 'absent' }) });
    const { record } = await runExperiment(phase, depsOf(sim, [part('app'), vanishing]), sim.context);
    expect(record.effective).toBe(false);
    expect(record.faults?.map(({ effective }) => effective)).toEqual([true, false]);
    expect(record.witness).toMatch(/cache: the fault itself/);
  });

  it('are healed as far as they can be, and the one that cannot be stays on the list', async () => {
    const { sim, part } = region();
    const stuck = part('cache', { heal: () => Promise.reject(new Error('still there')) });
    const parts = [part('app'), stuck, part('db')];
    const { record } = await runExperiment(phase, depsOf(sim, parts), sim.context);
    expect(record).toMatchObject({ healedAt: null, recoverySeconds: null });
    expect(record.faults?.map(({ healedAt }) => healedAt === null)).toEqual([false, true, false]);
    expect(sim.context.undo.open().map(({ driver }) => driver)).toEqual(['cache']);
  });

  it('do not count as healed when the list of what is open cannot be read', async () => {
    const { sim, part } = region();
    let injected = false;
    const made = part('app');
    const driver: AbleFaultDriver = {
      ...made.driver,
      inject: async (config, context) => {
        const acknowledged = await made.driver.inject(config, context);
        injected = true;
        return acknowledged;
      },
    };
    const { undo } = sim.context;
    const open = (): ReturnType<typeof undo.open> => {
      if (injected) throw new Error('input/output error');
      return undo.open();
    };
    const context = { ...sim.context, undo: { ...undo, open } };
    const { record } = await runExperiment(phase, depsOf(sim, [{ ...made, driver }]), context);
    expect(record).toMatchObject({ healedAt: null, recoverySeconds: null });
    expect(made.isIn).toBe(true);
  });

  it('are none of them injected when one has no target', async () => {
    const { sim, did, part } = region();
    const empty = part('db', { targets: async () => [] });
    const { record } = await runExperiment(phase, depsOf(sim, [part('app'), empty]), sim.context);
    expect(record.notInjected).toMatch(/db: the fault has no targets/);
    expect(did).toEqual([]);
  });
});

describe('several faults in sequence', () => {
  it('are each healed before the next, for as long as the phase holds', async () => {
    const { sim, did, part } = region();
    const parts = [part('app'), part('cache')];
    const order = { how: 'in-sequence', earlier: 'healed' } as const;
    const { record, windows } = await runExperiment({ ...phase, order }, depsOf(sim, parts), sim.context);
    expect(did).toEqual(['inject app (2 entries)', 'heal app', 'inject cache (1 entries)', 'heal cache']);
    expect(record.effective).toBe(true);
    const during = windows[1];
    expect((during?.monotonicTo ?? 0) - (during?.monotonicFrom ?? 0)).toBe(40_100);
    const [app, cache] = record.faults ?? [];
    expect(Date.parse(cache?.injectedAt ?? '')).toBeGreaterThan(Date.parse(app?.healedAt ?? ''));
  });

  it('pile up when the earlier ones are kept', async () => {
    const { sim, did, part } = region();
    const parts = [part('app'), part('cache')];
    const order = { how: 'in-sequence', earlier: 'kept' } as const;
    const { record } = await runExperiment({ ...phase, order }, depsOf(sim, parts), sim.context);
    expect(did.slice(0, 2)).toEqual(['inject app (2 entries)', 'inject cache (2 entries)']);
    expect(did.slice(2).sort()).toEqual(['heal app', 'heal cache']);
    expect(record.aborted).toBeUndefined();
  });

  it('end with everything healed when a later one cannot be injected', async () => {
    const { sim, part } = region();
    const refused = part('cache', { inject: () => Promise.reject(new Error('refused')) });
    const parts = [part('app'), refused];
    const order = { how: 'in-sequence', earlier: 'kept' } as const;
    const { record } = await runExperiment({ ...phase, order }, depsOf(sim, parts), sim.context);
    expect(record.aborted).toBe('the injection did not succeed: cache: refused');
    expect(record.faults?.map(({ injectedAt }) => injectedAt !== null)).toEqual([true, false]);
    expect(parts.map(({ isIn }) => isIn)).toEqual([false, false]);
    expect(sim.context.undo.open()).toEqual([]);
  });

  it('go no further when an earlier one cannot be healed', async () => {
    const { sim, did, part } = region();
    const stuck = part('app', { heal: () => Promise.reject(new Error('still there')) });
    const order = { how: 'in-sequence', earlier: 'healed' } as const;
    const deps = depsOf(sim, [stuck, part('cache')]);
    const { record } = await runExperiment({ ...phase, order }, deps, sim.context);
    expect(did).not.toContain('inject cache (2 entries)');
    expect(record.aborted).toMatch(/could not be healed before the next/);
  });

  /** Two faults, and what happens when the first has been in for a while. */
  const interrupted = async (meanwhile: (sim: Simulation) => void) => {
    const { sim, did, part } = region();
    const app = part('app');
    const { driver } = app;
    const first: AbleFaultDriver = {
      ...driver,
      inject: async (config, context) => {
        void sim.clock.sleep(5_000).then(() => meanwhile(sim));
        return driver.inject(config, context);
      },
    };
    const parts = [{ ...app, driver: first }, part('cache')];
    return { sim, did, app, deps: depsOf(sim, parts) };
  };
  const order = { how: 'in-sequence', earlier: 'kept' } as const;

  it('go no further when the guardian is gone meanwhile', async () => {
    let watched = true;
    const { sim, did, app, deps } = await interrupted(() => (watched = false));
    const undo: UndoLedger = guardedLedger(sim.context.undo, () => ({ alive: () => watched }));
    const { record } = await runExperiment({ ...phase, order }, deps, { ...sim.context, undo });
    expect(did.filter((what) => what.startsWith('inject'))).toEqual(['inject app (2 entries)']);
    expect(record.aborted).toMatch(/cache: The guardian has ended/);
    expect(app.isIn).toBe(false);
    expect(sim.context.undo.open()).toEqual([]);
  });

  it('go no further when others have settled what comes next, as its time was over', async () => {
    const { sim, did, app, deps } = await interrupted(({ context: { undo } }) => {
      for (const { id, driver } of undo.open()) if (driver === 'cache') undo.settle(id, 'guardian');
    });
    const { record } = await runExperiment({ ...phase, order }, deps, sim.context);
    expect(did.filter((what) => what.startsWith('inject'))).toEqual(['inject app (2 entries)']);
    expect(record.aborted).toMatch(/cache: the time of its undo entry .* has run out/);
    expect(app.isIn).toBe(false);
  });

  it('go no further when their time runs out while the next is injected', async () => {
    let ahead = 0;
    const { sim, did, deps } = await interrupted(() => (ahead = 3_600_000));
    const clock = { ...sim.clock, wall: () => sim.clock.wall() + ahead };
    const { record } = await runExperiment({ ...phase, order }, deps, { ...sim.context, clock });
    expect(did.filter((what) => what.startsWith('inject'))).toEqual(['inject app (2 entries)']);
    expect(record.aborted).toMatch(/cache: the time of its undo entry .* has run out/);
  });

  it('have time enough, however long each one before takes to be replaced', async () => {
    const { sim, did, part } = region();
    const slowly = (name: string): Part => {
      let ended: number | undefined;
      const isBack = (): boolean => ended === undefined || sim.clock.now() >= ended + 178_000;
      return part(name, {
        inject: async () => {
          did.push(`inject ${name}`);
          ended = sim.clock.now();
          return [{ target: name, sent: ended, confirmed: ended, detail: 'gone' }];
        },
        identities: async () => ({ [name]: ended === undefined ? 'one' : isBack() ? 'two' : undefined }),
        endsByItself: () => true,
        replaced: async (_, __, { clock, signal }) => {
          while (!isBack()) await clock.sleep(100, signal);
          return clock.now();
        },
        status: async () => (isBack() ? { state: 'absent' } : { state: 'present', detail: 'not back' }),
        heal: async () => undefined,
      });
    };
    const parts = ['app', 'cache', 'db'].map(slowly);
    const patience = { ...phase, order: { ...order, earlier: 'healed' as const }, recoverWithin: 180 };
    const { record } = await runExperiment(patience, depsOf(sim, parts), sim.context);
    expect(record.aborted).toBeUndefined();
    expect(did).toEqual(['inject app', 'inject cache', 'inject db']);
  });
});

describe('a kill beside a fault that lasts', () => {
  const kill = (sim: Simulation, isBack: () => boolean): Partial<AbleFaultDriver> => {
    let ended = false;
    return {
      inject: async () => {
        ended = true;
        return [{ target: 'app', sent: sim.clock.now(), confirmed: sim.clock.now(), detail: 'gone' }];
      },
      identities: async () => ({ app: ended ? (isBack() ? 'two' : undefined) : 'one' }),
      endsByItself: () => true,
      replaced: async (_, __, { clock, signal }) => {
        while (!isBack()) await clock.sleep(100, signal);
        return clock.now();
      },
      status: async () =>
        ended && !isBack() ? { state: 'present', detail: 'not back' } : { state: 'absent' },
      heal: async (_, { clock, signal }) => {
        while (ended && !isBack()) await clock.sleep(100, signal);
      },
    };
  };

  it.each([
    ['together', phase.order],
    ['after it', { how: 'in-sequence', earlier: 'kept' }],
  ] as const)('is not waited for while that is in: %s', async (_, order) => {
    const { sim, part } = region();
    const db = part('db');
    const app = part(
      'app',
      kill(sim, () => !db.isIn),
    );
    const { record } = await runExperiment({ ...phase, order }, depsOf(sim, [db, app]), sim.context);
    const [span] = db.spans;
    const stages = order.how === 'together' ? 1 : 2;
    expect((span?.to ?? 0) - (span?.from ?? 0)).toBeLessThan((stages * phase.hold + 1) * 1000);
    expect(record.aborted).toBeUndefined();
    expect(record.faults?.map(({ effective, healedAt }) => [effective, healedAt !== null])).toEqual([
      [true, true],
      [true, true],
    ]);
    expect(sim.context.undo.open()).toEqual([]);
  });
});

describe('a fault whose targets are chosen', () => {
  it('is injected, seen and healed as it was chosen, and the choice is recorded', async () => {
    const { sim, part } = region();
    const seen: unknown[] = [];
    const choices: Choice[] = [];
    const made = part('app');
    const { driver } = made;
    const choosing: AbleFaultDriver = {
      ...driver,
      pin: async (config, choice) => {
        choices.push(choice);
        return { ...(config as object), pods: ['pod-2'] };
      },
      inject: async (config, context) => {
        seen.push(config);
        return driver.inject(config, context);
      },
      targets: async (config) =>
        ((config as { pods?: string[] }).pods ?? ['pod-1', 'pod-2']).map((name) => ({ name })),
    };
    const { record } = await runExperiment(phase, depsOf(sim, [{ ...made, driver: choosing }]), {
      ...sim.context,
      seed: 42,
    });
    expect(choices).toEqual([{ run: 'run', seed: 42 }]);
    expect(seen).toEqual([{ pods: ['pod-2'] }]);
    expect(record).toMatchObject({ targets: ['pod-2'], seed: 42 });
    expect(sim.events).toContainEqual({ type: 'note', message: 'app: with seed 42 it hits pod-2' });
  });

  it('is not injected when they cannot be chosen', async () => {
    const { sim, part } = region();
    const choosing = part('app', { pin: () => Promise.reject(new Error('too few are left')) });
    const { record } = await runExperiment(phase, depsOf(sim, [choosing]), sim.context);
    expect(record.notInjected).toMatch(/too few are left/);
    expect(sim.context.undo.open()).toEqual([]);
  });
});

describe('in production', () => {
  it.each([
    [{ by: 'nobody', remedy: 'arm a dead-man' } as const, /refused in production.*Arm a dead-man\./],
    [undefined, /refused in production.*knows no timer/],
  ])('nothing is injected that nobody would end', async (ending, reason) => {
    const { sim, did, part } = region();
    const made = part('app', ending === undefined ? {} : { unattended: () => ending });
    const deps = depsOf(sim, [made], { environment: 'production' });
    const { record } = await runExperiment(phase, deps, sim.context);
    expect(record.notInjected).toMatch(reason);
    expect(did).toEqual([]);
  });

  it.each([
    { by: 'itself' },
    { by: 'target', afterSeconds: 60 },
    { by: 'dead-man', afterSeconds: 60 },
  ] as const)('what $by ends is injected', async (ending) => {
    const { sim, did, part } = region();
    const made = part('app', { unattended: () => ending });
    await runExperiment(phase, depsOf(sim, [made], { environment: 'production' }), sim.context);
    expect(did).toHaveLength(2);
  });

  it('is the only place where that is refused', async () => {
    const { sim, did, part } = region();
    await runExperiment(phase, depsOf(sim, [part('app')], { environment: 'staging' }), sim.context);
    expect(did).toHaveLength(2);
  });
});
