import { describe, expect, it } from 'vitest';
import { configMapStop, type ConfigMapStore } from '../../src/stop/config-map.ts';
import { checkForStop } from '../../src/stop/look.ts';
import type { StopSight } from '../../src/stop/order.ts';
import type { StopSource } from '../../src/stop/source.ts';
import { EmergencyStop, EmergencyStopUnheard, watchForStop } from '../../src/stop/watch.ts';
import { createVirtualClock } from '../../src/testing/virtual-clock.ts';
import type { Clock } from '../../src/time/clock.ts';

const order = { by: 'ada', at: '2026-03-01T02:00:00Z', why: 'customers are hurt' };
const start = 1_000_000;

function source(
  where: string,
  whenUnknown: StopSource['whenUnknown'],
  read: (signal: AbortSignal) => Promise<StopSight>,
): StopSource {
  return { where, whenUnknown, read, order: async (one) => one, clear: async () => undefined };
}

/** What the sight of a source is at an instant of the virtual clock. */
function timed(clock: Clock, sights: readonly (readonly [number, StopSight | 'away' | 'hangs'])[]) {
  return async (signal: AbortSignal): Promise<StopSight> => {
    const at = clock.now() - start;
    const now = sights.findLast(([from]) => at >= from)?.[1] ?? { state: 'clear' };
    if (now === 'away') throw new Error('connection refused');
    if (now !== 'hangs') return now;
    await clock.sleep(1e9, signal);
    return { state: 'clear' };
  };
}

async function until(clock: Clock, ms: number, sources: (clock: Clock) => readonly StopSource[]) {
  const said: string[] = [];
  const watch = watchForStop(sources(clock), { clock, say: (message) => said.push(message) });
  const aborted = new Promise<number | undefined>((resolve) => {
    watch.signal.addEventListener('abort', () => resolve(clock.now() - start), { once: true });
    void clock.sleep(ms).then(() => resolve(undefined));
  });
  const at = await aborted;
  await watch.end();
  return { at, said, reason: watch.signal.reason as unknown };
}

const clock = (): Clock => createVirtualClock({ now: start, wall: 0 });

describe('the watch for a stop', () => {
  it('aborts within a second of the order', async () => {
    const { at, reason } = await until(clock(), 60_000, (one) => [
      source('here', 'hold', timed(one, [[10_001, { state: 'ordered', order }]])),
    ]);
    expect(at).toBeGreaterThanOrEqual(10_001);
    expect(at).toBeLessThan(11_000);
    expect(reason).toBeInstanceOf(EmergencyStop);
    expect((reason as EmergencyStop).order).toEqual(order);
  });

  it('is not held up by another source that hangs', async () => {
    const { at } = await until(clock(), 60_000, (one) => [
      source('cluster', 'go-on', timed(one, [[0, 'hangs']])),
      source('here', 'hold', timed(one, [[10_001, { state: 'ordered', order }]])),
    ]);
    expect(at).toBeLessThan(11_000);
  });

  it('never aborts a run for a source that it can do without, and says that it is away, once', async () => {
    const { at, said } = await until(clock(), 3_600_000, (one) => [
      source('the cluster', 'go-on', timed(one, [[5_000, 'away']])),
    ]);
    expect(at).toBeUndefined();
    expect(said).toEqual([
      'Emergency stop: the cluster cannot be read (connection refused); the run goes on without it.',
    ]);
  });

  it.each(['away', 'hangs'] as const)('aborts a run that a stop cannot reach any more (%s)', async (how) => {
    const { at, reason, said } = await until(clock(), 600_000, (one) => [
      source('the cluster', 'hold', timed(one, [[5_000, how]])),
    ]);
    expect(reason).toBeInstanceOf(EmergencyStopUnheard);
    expect((reason as Error).message).toMatch(/for 30 s: the cluster cannot be read/);
    expect(at).toBeGreaterThanOrEqual(34_000);
    expect(at).toBeLessThan(39_000);
    expect(said[0]).toMatch(/aborted if that lasts for 30 s/);
  });

  it('goes on through a silence that ends in time, and says that it has ended', async () => {
    const { at, said } = await until(clock(), 600_000, (one) => [
      source(
        'the cluster',
        'hold',
        timed(one, [
          [5_000, 'away'],
          [30_000, { state: 'clear' }],
          [50_000, 'away'],
          [75_000, { state: 'clear' }],
        ]),
      ),
    ]);
    expect(at).toBeUndefined();
    expect(said.map((one) => /again/.test(one))).toEqual([false, true, false, true]);
  });

  it('hears an order that comes as the first word after a silence', async () => {
    const { reason } = await until(clock(), 600_000, (one) => [
      source(
        'the cluster',
        'hold',
        timed(one, [
          [5_000, 'away'],
          [20_000, { state: 'ordered', order }],
        ]),
      ),
    ]);
    expect(reason).toBeInstanceOf(EmergencyStop);
  });

  it('looks no more once it has ended', async () => {
    const one = clock();
    let looks = 0;
    const watch = watchForStop(
      [
        source('here', 'hold', async () => {
          looks += 1;
          return { state: 'clear' };
        }),
      ],
      { clock: one, say: () => undefined },
    );
    await one.sleep(1_000);
    await watch.end();
    const before = looks;
    await one.sleep(10_000);
    expect(looks).toBe(before);
    expect(watch.signal.aborted).toBe(false);
  });
});

describe('a run that is to begin', () => {
  it('is refused by a stop that stands, and by one that has to be seen and cannot be', async () => {
    const one = clock();
    const check = await checkForStop(
      [
        source('here', 'hold', timed(one, [[0, { state: 'ordered', order }]])),
        source('the cluster', 'hold', timed(one, [[0, 'away']])),
        source('the frozen one', 'hold', timed(one, [[0, 'hangs']])),
        source('another cluster', 'go-on', timed(one, [[0, 'away']])),
        source('there', 'hold', timed(one, [])),
      ],
      { clock: one },
    );
    expect(check.refusals).toEqual([
      expect.stringMatching(/stands \(here\), ordered by ada at 2026-03-01T02:00:00Z: customers are hurt/),
      expect.stringMatching(/the cluster cannot be read \(connection refused\)/),
      expect.stringMatching(/the frozen one cannot be read \(Its answer took longer than 2 s/),
    ]);
    expect(check.warnings).toEqual([expect.stringMatching(/another cluster.*goes on without it/)]);
  });
});

describe('a stop in a ConfigMap', () => {
  const signal = new AbortController().signal;

  function cluster() {
    const state: { map: { data: Readonly<Record<string, string>>; version: string } | undefined } = {
      map: undefined,
    };
    let versions = 0;
    const store: ConfigMapStore = {
      where: 'the ConfigMap',
      read: async () => state.map,
      create: async (data) => {
        if (state.map !== undefined) return false;
        versions += 1;
        state.map = { data, version: String(versions) };
        return true;
      },
      remove: async (version) => {
        if (state.map?.version !== version) return false;
        state.map = undefined;
        return true;
      },
    };
    return { state, store };
  }

  it('is ordered once, seen and cleared', async () => {
    const { store } = cluster();
    const stop = configMapStop(store, 'hold');
    expect(await stop.read(signal)).toEqual({ state: 'clear' });
    expect(await stop.order(order, signal)).toBe(order);
    expect(await stop.order({ ...order, by: 'bob' }, signal)).toEqual(order);
    expect(await stop.read(signal)).toEqual({ state: 'ordered', order });
    expect(await stop.clear(signal)).toEqual(order);
    expect(await stop.clear(signal)).toBeUndefined();
  });

  it('stands when it is empty, as somebody in a hurry makes it', async () => {
    const { state, store } = cluster();
    state.map = { data: {}, version: '1' };
    expect(await configMapStop(store, 'hold').read(signal)).toMatchObject({ state: 'ordered' });
  });

  it('is not cleared when somebody has changed it meanwhile', async () => {
    const { store } = cluster();
    const stop = configMapStop({ ...store, remove: async () => false }, 'hold');
    await stop.order(order, signal);
    await expect(stop.clear(signal)).rejects.toThrow(/changed by somebody else/);
    expect(await stop.read(signal)).toMatchObject({ state: 'ordered' });
  });
});
