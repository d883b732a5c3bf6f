import type { DeploymentDriver, DeploymentStatus } from '@ordeal/shared/drivers/deployment';
import type { DeployPhase } from '@ordeal/shared/scenario/deploy-phase';
import { describe, expect, it } from 'vitest';
import { parseDeploymentConfig, type DeploymentConfig } from '../../src/deployments/config.ts';
import { runDeployment, type DeploymentDeps } from '../../src/deployments/run-deployment.ts';
import { simulate, type Second, type Simulation } from '../fixtures/simulation.ts';

const phase: DeployPhase = {
  phase: 'deploy',
  name: 'release',
  title: 'A release',
  deployment: 'api',
  version: '2',
  steadyFor: 10,
  within: 120,
  watchFor: 20,
  afterwards: 'go-back',
  objectives: { steady: ['errors'], whole: ['errors'], result: ['time to deploy'] },
};

const parsed = parseDeploymentConfig(
  {
    what: 'the API',
    start: { argv: ['/deploy', '{{version}}'] },
    status: { argv: ['/status'] },
    rollBack: { argv: ['/back', '{{version}}'] },
  },
  'config',
);
const commands = (parsed as { readonly value: DeploymentConfig }).value;

/** What a platform does with a version: from so many milliseconds after the start on it stands like that. */
type Plan = readonly (readonly [fromMs: number, status: DeploymentStatus])[];

const old: DeploymentStatus = { settled: true, versions: ['1'], detail: '1 serves' };
const mixed: DeploymentStatus = { settled: false, versions: ['1', '2'], detail: 'deploying 2' };
const fresh: DeploymentStatus = { settled: true, versions: ['2'], detail: '2 serves' };
const comesOut: Plan = [
  [0, { ...old, settled: false }],
  [5_000, mixed],
  [30_000, fresh],
];

interface Platform {
  readonly driver: DeploymentDriver;
  started?: number;
  backs: number;
}

/** A platform in virtual time. Going back takes it 8 s, unless it is told never to; at first it fails so often. */
function platform(
  sim: Simulation,
  plan: Plan,
  { goesBack = true, failing = 0 }: { readonly goesBack?: boolean; readonly failing?: number } = {},
): Platform {
  let back: number | undefined;
  const state: Platform = {
    backs: 0,
    driver: {
      kind: 'made up',
      start: async () => {
        state.started = sim.clock.now();
      },
      status: async () => {
        const now = sim.clock.now();
        if (back !== undefined && goesBack && now >= back) return old;
        const { started } = state;
        if (started === undefined) return plan[0]?.[0] === -1 ? plan[0][1] : old;
        return plan.findLast(([from]) => now - started >= from)?.[1] ?? old;
      },
      rollBack: async () => {
        state.backs += 1;
        if (state.backs <= failing) throw new Error('the way back is locked');
        await sim.clock.sleep(8_000);
        back = sim.clock.now();
      },
    },
  };
  return state;
}

function depsOf(sim: Simulation, { driver }: Platform): DeploymentDeps {
  return { ...sim.deps(), driver, commands };
}

const good = (): Second => ({});

describe('a deployment', () => {
  it('is followed until it is out, watched, and taken back again; its windows leave no gap', async () => {
    const sim = simulate(good);
    const site = platform(sim, comesOut);
    const { record, windows } = await runDeployment(phase, depsOf(sim, site), sim.context);
    expect(record).toMatchObject({ outcome: 'out', from: '1', to: '2', deployment: 'api' });
    // It was out 30 s after its start; a look is half a second from the next.
    expect(record.deploySeconds?.low).toBeGreaterThan(28.9);
    expect(record.deploySeconds?.low).toBeLessThanOrEqual(30);
    expect(record.deploySeconds?.high).toBeGreaterThanOrEqual(30);
    expect(record.deploySeconds?.high).toBeLessThan(31.1);
    expect(record.watchedSeconds).toBeGreaterThanOrEqual(50);
    expect(record.returnSeconds?.low).toBeLessThanOrEqual(8);
    expect(record.returnSeconds?.high).toBeGreaterThanOrEqual(8);
    expect(record.rollBackSeconds).toBeNull();
    expect(site.backs).toBe(1);
    expect(record.stuck).toBeUndefined();
    expect(sim.context.undo.open()).toEqual([]);
    const [steady, whole] = windows;
    expect(windows.map(({ name }) => name)).toEqual(['release/steady', 'release/whole']);
    expect(whole?.monotonicFrom).toBe(steady?.monotonicTo);
    expect((whole?.monotonicTo ?? 0) - (whole?.monotonicFrom ?? 0)).toBeGreaterThan(58_000);
  });

  it('has its undo on disk before it is asked for: by it another process can go back', async () => {
    const sim = simulate(good);
    const site = platform(sim, comesOut);
    let open: readonly unknown[] = [];
    const driver: DeploymentDriver = {
      ...site.driver,
      start: async (version, context) => {
        open = sim.context.undo.open().map(({ config }) => config);
        await site.driver.start(version, context);
      },
    };
    await runDeployment(phase, { ...depsOf(sim, site), driver }, sim.context);
    expect(open).toEqual([{ run: 'run', version: '1', commands }]);
  });

  it('has so much time until others heal it that no deployment in order needs more', async () => {
    const sim = simulate(good);
    const site = platform(sim, comesOut);
    let seconds = 0;
    let heal: number | undefined;
    const driver: DeploymentDriver = {
      ...site.driver,
      start: async (version, context) => {
        const [entry] = sim.context.undo.open();
        seconds = (Date.parse(entry?.deadline ?? '') - sim.clock.wall()) / 1000;
        heal = entry?.healSeconds;
        await site.driver.start(version, context);
      },
    };
    const long = { ...phase, within: 3000 };
    await runDeployment(long, { ...depsOf(sim, site), driver }, sim.context);
    const { start, rollBack, status } = commands;
    const commandSeconds = start.withinSeconds + rollBack.withinSeconds + status.withinSeconds;
    expect(seconds).toBeGreaterThan(commandSeconds + 2 * long.within + long.watchFor);
    expect(heal).toBeGreaterThanOrEqual(rollBack.withinSeconds + long.within);
  });

  it('that comes and goes again and again is given up', async () => {
    const sim = simulate(good);
    const flaps = Array.from({ length: 200 }, (_, n) => [30_000 + n * 5_000, n % 2 ? mixed : fresh] as const);
    const site = platform(sim, [...comesOut, ...flaps]);
    const { record } = await runDeployment(phase, depsOf(sim, site), sim.context);
    expect(record).toMatchObject({ outcome: 'unfinished' });
    expect(record.watchedSeconds).toBeLessThan(phase.within + phase.watchFor + 40);
  });

  it('is kept where it came out and its phase says so', async () => {
    const sim = simulate(good);
    const site = platform(sim, comesOut);
    const { record } = await runDeployment({ ...phase, afterwards: 'keep' }, depsOf(sim, site), sim.context);
    expect(record).toMatchObject({ outcome: 'out', returnSeconds: null });
    expect(site.backs).toBe(0);
    expect(sim.context.undo.open()).toEqual([]);
  });

  it.each([
    [
      'before it was out',
      [...comesOut.slice(0, 2), [15_000, { ...old, detail: 'half of it failed' }]],
      5,
      15,
    ],
    ['while it was watched', [...comesOut, [40_000, mixed], [45_000, { ...old, detail: 'slow' }]], 5, 45],
  ] as readonly (readonly [string, Plan, number, number])[])(
    'that the platform takes back %s is timed from its first traffic on',
    async (_, plan, served, back) => {
      const sim = simulate(good);
      const site = platform(sim, plan);
      const { record } = await runDeployment(phase, depsOf(sim, site), sim.context);
      expect(record).toMatchObject({ outcome: 'taken-back', because: plan.at(-1)?.[1].detail });
      const took = back - served;
      expect(record.rollBackSeconds?.low).toBeLessThanOrEqual(took);
      expect(record.rollBackSeconds?.high).toBeGreaterThanOrEqual(took);
      expect((record.rollBackSeconds?.high ?? 0) - (record.rollBackSeconds?.low ?? 0)).toBeLessThan(3);
      expect(site.backs).toBe(0);
      expect(sim.context.undo.open()).toEqual([]);
    },
  );

  it.each([
    ['hangs', comesOut.slice(0, 2), /deploying 2/],
    ['never moves', [], /nothing moves/],
  ] as readonly (readonly [string, Plan, RegExp])[])(
    'that %s is given up, and the run goes back itself',
    async (_, plan, because) => {
      const sim = simulate(good);
      const site = platform(sim, plan);
      const { record } = await runDeployment(phase, depsOf(sim, site), sim.context);
      expect(record.outcome).toBe('unfinished');
      expect(record.because).toMatch(because);
      expect(site.backs).toBe(1);
      expect(sim.context.undo.open()).toEqual([]);
    },
  );

  it('that hurts too much is taken back by the run at once, which is no rollback of the platform', async () => {
    const bad: Second = { failed: 50 };
    const sim = simulate(({ start }) => (start > 20_000 ? bad : {}));
    const site = platform(sim, comesOut);
    const { record } = await runDeployment(phase, depsOf(sim, site), sim.context);
    expect(record).toMatchObject({ outcome: 'unfinished', aborted: expect.any(String), served: true });
    expect(record.because).toMatch(/^the run took it back: \d+ of \d+ attempts failed/);
    expect(record.watchedSeconds).toBeLessThan(25);
    expect(site.backs).toBe(1);
  });

  it('of which the client sees nothing any more is cut short, and proves nothing', async () => {
    const sim = simulate(({ start }) => (start > 20_000 ? null : {}));
    const site = platform(sim, comesOut);
    const { record } = await runDeployment(phase, depsOf(sim, site), sim.context);
    expect(record).toMatchObject({ outcome: 'cut-short' });
    expect(site.backs).toBe(1);
  });

  it('of which the client sees nothing from its start on is cut short as well', async () => {
    let sent = Infinity;
    // Before it began all was seen.
    const sim = simulate(({ start }) => (start + 500 > sent ? null : {}));
    const site = platform(sim, comesOut);
    const driver: DeploymentDriver = {
      ...site.driver,
      start: async (version, context) => {
        sent = sim.elapsed();
        await site.driver.start(version, context);
      },
    };
    const { record } = await runDeployment(phase, { ...depsOf(sim, site), driver }, sim.context);
    expect(record).toMatchObject({ outcome: 'cut-short' });
    expect(record.watchedSeconds).toBeLessThan(20);
  });

  it.each(['start', 'status'] as const)(
    'is not left to hurt while its command "%s" takes long: that is ended, and the run goes back',
    async (slow) => {
      const bad: Second = { failed: 50 };
      const sim = simulate(({ start }) => (start > 20_000 ? bad : {}));
      const site = platform(sim, comesOut);
      let ended: unknown;
      const driver: DeploymentDriver = {
        ...site.driver,
        [slow]: async (...given: readonly unknown[]) => {
          const { signal } = given.at(-1) as { readonly signal: AbortSignal };
          const isUnderWay = site.started !== undefined && site.backs === 0;
          if (slow === 'start') await site.driver.start('2', sim.deps() as never);
          try {
            if (isUnderWay || slow === 'start') await sim.clock.sleep(90_000, signal);
          } catch (error) {
            ended = error;
            throw error;
          }
          return site.driver.status(sim.deps() as never);
        },
      };
      const { record } = await runDeployment(phase, { ...depsOf(sim, site), driver }, sim.context);
      expect(record).toMatchObject({ outcome: 'unfinished' });
      expect(record.because).toMatch(/^the run took it back: \d+ of \d+ attempts failed/);
      expect(record.watchedSeconds).toBeLessThan(25);
      expect(ended).toBeInstanceOf(Error);
      expect(site.backs).toBe(1);
    },
  );

  it('that nobody could look at to the end is not called out, though it once was', async () => {
    const sim = simulate(good);
    const site = platform(sim, comesOut);
    const driver: DeploymentDriver = {
      ...site.driver,
      status: async (context) => {
        const since = sim.clock.now() - (site.started ?? Infinity);
        if (since > 32_000 && site.backs === 0) throw new Error('no answer');
        return site.driver.status(context);
      },
    };
    const { record } = await runDeployment(phase, { ...depsOf(sim, site), driver }, sim.context);
    expect(record).toMatchObject({ outcome: 'cut-short' });
    expect(record.aborted).toBeUndefined();
    expect(record.because).toMatch(/how it stands cannot be told: no answer/);
    expect(site.backs).toBe(1);
  });

  it('is not called out in the moment in which its load has ended', async () => {
    const sim = simulate(good);
    const site = platform(sim, comesOut);
    const generatorEnded = (): string | undefined =>
      sim.clock.now() >= (site.started ?? Infinity) + 50_000 ? 'k6 is gone' : undefined;
    const { record } = await runDeployment(phase, { ...depsOf(sim, site), generatorEnded }, sim.context);
    expect(record).toMatchObject({ outcome: 'cut-short', because: expect.stringContaining('k6 is gone') });
  });

  it('that goes wrong while it is watched still has that time to be taken back in', async () => {
    const sim = simulate(good);
    const site = platform(sim, [...comesOut, [35_000, mixed], [45_000, { ...old, detail: 'slow' }]]);
    const short = { ...phase, within: 31, watchFor: 30 };
    const { record } = await runDeployment(short, depsOf(sim, site), sim.context);
    expect(record).toMatchObject({ outcome: 'taken-back' });
  });

  it.each([
    ['the platform is not steady', () => ({ failed: 5 }), comesOut, /not steady: errors/],
    ['another is under way', good, [[-1, mixed]], /another deployment is under way: deploying 2/],
    ['it is what serves already', good, [[-1, fresh]], /2 is what serves already/],
  ] as readonly (readonly [string, () => Second, Plan, RegExp])[])(
    'is not begun when %s',
    async (_, seen, plan, because) => {
      const sim = simulate(seen);
      const site = platform(sim, plan);
      const { record } = await runDeployment(phase, depsOf(sim, site), sim.context);
      expect(record.outcome).toBe('not-begun');
      expect(record.because).toMatch(because);
      expect(site.started).toBeUndefined();
      expect(sim.context.undo.open()).toEqual([]);
    },
  );

  it('that does not come back leaves its undo open, and stops what would come after it', async () => {
    const sim = simulate(good);
    const site = platform(sim, comesOut, { goesBack: false });
    const { record } = await runDeployment(phase, depsOf(sim, site), sim.context);
    expect(record.stuck).toMatch(/1 does not serve again: 2 serves/);
    expect(record.returnSeconds).toEqual({ low: 120, high: null });
    expect(sim.context.undo.open()).toHaveLength(1);
  });

  it('is asked to go back again when that has failed', async () => {
    const sim = simulate(good);
    const site = platform(sim, comesOut, { failing: 3 });
    const { record } = await runDeployment(phase, depsOf(sim, site), sim.context);
    expect(record.stuck).toBeUndefined();
    expect(site.backs).toBe(4);
    // Three times 2 s later, and 8 s for the way.
    expect(record.returnSeconds?.high).toBeGreaterThanOrEqual(14);
    expect(sim.context.undo.open()).toEqual([]);
  });

  it.each([
    ['out', comesOut],
    ['never seen, and may still begin', []],
  ] as readonly (readonly [string, Plan])[])(
    'that is %s leaves its undo open when nobody could ask for the way back, and says why',
    async (_, plan) => {
      const sim = simulate(good);
      const site = platform(sim, plan, { failing: Infinity });
      const { record } = await runDeployment(phase, depsOf(sim, site), sim.context);
      expect(record.stuck).toContain('the way back is locked');
      expect(site.backs).toBeGreaterThan(20);
      expect(sim.context.undo.open()).toHaveLength(1);
    },
  );

  it('is left to whoever heals when the run is interrupted', async () => {
    const sim = simulate(good);
    const site = platform(sim, comesOut);
    const running = runDeployment(phase, depsOf(sim, site), sim.context);
    void sim.clock.sleep(15_000).then(() => sim.interrupt.abort(new Error('Ctrl-C')));
    await expect(running).rejects.toThrow('Ctrl-C');
    expect(site.started).toBeDefined();
    expect(site.backs).toBe(0);
    expect(sim.context.undo.open()).toHaveLength(1);
  });
});
