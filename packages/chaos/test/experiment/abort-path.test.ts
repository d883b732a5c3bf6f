import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileJournal } from '@ordeal/shared/journal/file-journal';
import { fileStop } from '@ordeal/shared/stop/file';
import { watchForStop } from '@ordeal/shared/stop/watch';
import { anchorOf } from '@ordeal/shared/time/clock';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { createFileUndoLedger } from '@ordeal/shared/undo/file-ledger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { proxyDriver } from '../../src/drivers/proxy.ts';
import { parseProxyConfig } from '../../src/drivers/proxy/config.ts';
import type { AbleFaultDriver } from '../../src/experiment/deps.ts';
import { runExperiment } from '../../src/experiment/run-experiment.ts';
import { startClient, type ClientFixture } from '../fixtures/client.ts';
import { simulate, type Second, type Simulation } from '../fixtures/simulation.ts';
import { patient, phase } from '../fixtures/steady.ts';
import { startToxiproxy, type ToxiproxyFixture } from '../fixtures/toxiproxy.ts';

const good: Second = {};
const broken: Second = { failed: 50 };

describe('from the abort condition being true to healed, in virtual time', () => {
  it('less than a second passes after the fifth bad one', async () => {
    const sim = simulate(({ injected, healed }) =>
      injected !== undefined && healed === undefined ? broken : good,
    );
    const { record } = await runExperiment(phase, sim.deps(), sim.context);
    const { abort, injectedAt } = record;
    const conditionMs = Date.parse(abort?.conditionAt ?? '') - Date.parse(injectedAt ?? '');
    expect(conditionMs).toBeGreaterThan(4_000);
    expect(conditionMs).toBeLessThanOrEqual(6_000);
    // The end of the fifth bad second, and not when that was seen.
    expect(abort?.conditionAt).toMatch(/\.000Z$/);
    expect(Date.parse(abort?.seenAt ?? '')).toBeGreaterThanOrEqual(Date.parse(abort?.conditionAt ?? ''));
    expect(abort?.secondsToHealed).toBeGreaterThan(0);
    expect(abort?.secondsToHealed).toBeLessThan(1);
  });

  it('less than a second passes after the client was silent for as long as it may be', async () => {
    const sim = simulate(({ injected, healed }) =>
      injected !== undefined && healed === undefined ? null : good,
    );
    const { record } = await runExperiment(phase, sim.deps(), sim.context);
    const { abort, injectedAt } = record;
    const silentMs = Date.parse(abort?.conditionAt ?? '') - Date.parse(injectedAt ?? '');
    expect(silentMs).toBeGreaterThan(8_900);
    expect(silentMs).toBeLessThanOrEqual(11_000);
    expect(abort?.conditionAt).toMatch(/\.000Z$/);
    expect(abort?.secondsToHealed).toBeLessThan(1);
  });

  it('less than a second passes after an interruption', async () => {
    const sim = simulate(() => good);
    void sim.clock.sleep(15_000).then(() => sim.interrupt.abort(new Error('SIGINT')));
    const { record } = await runExperiment(phase, sim.deps(), sim.context);
    expect(record.abort?.secondsToHealed).toBeLessThan(1);
  });

  it('no figure is claimed while a fault is still in', async () => {
    const sim = simulate(({ injected }) => (injected === undefined ? good : broken));
    const driver = sim.driver({ heal: () => Promise.reject(new Error('still there')) });
    const { record } = await runExperiment(phase, sim.deps({ driver }), sim.context);
    expect(record.abort?.secondsToHealed).toBeNull();
  });

  it('nothing is there to say when nothing was aborted', async () => {
    const sim = simulate(() => good);
    const { record } = await runExperiment(phase, sim.deps(), sim.context);
    expect(record.abort).toBeUndefined();
  });
});

describe('while a fault is still being injected', () => {
  /** One target is hit at once, and the other takes its time. */
  const half = (sim: Simulation, listens: boolean) =>
    sim.driver({
      inject: async (_, context) => {
        sim.fault.injected = sim.clock.now();
        sim.fault.isIn = true;
        await context.clock.sleep(25_000, listens ? context.signal : undefined);
        throw new Error('the other target does not answer');
      },
    });

  it.each([true, false])('the condition heals at once (the driver listens: %s)', async (listens) => {
    const sim = simulate(({ injected }) => (injected === undefined ? good : broken));
    const { record } = await runExperiment(phase, sim.deps({ driver: half(sim, listens) }), sim.context);
    const { injected = Number.NaN, healed = Number.NaN } = sim.fault;
    expect(sim.fault.isIn).toBe(false);
    // Five bad seconds, the report of the last of them, and what a driver gets that does not listen.
    expect(healed - injected).toBeLessThan(8_000);
    expect(record.notInjected).toMatch(/^it was aborted before all of it was in: \d+ of \d+ attempts failed/);
    expect(record.injectedAt).toBeNull();
    // By this a run knows that nothing more may be broken.
    expect(record.aborted).toMatch(/^\d+ of \d+ attempts failed/);
    expect(sim.context.undo.open()).toEqual([]);
  });

  it('a load that has ended heals at once as well', async () => {
    const sim = simulate(() => good);
    const generatorEnded = () => (sim.fault.isIn ? 'it crashed' : undefined);
    const deps = sim.deps({ driver: half(sim, true), generatorEnded });
    const { record } = await runExperiment(phase, deps, sim.context);
    expect((sim.fault.healed ?? Number.NaN) - (sim.fault.injected ?? 0)).toBeLessThan(2_000);
    expect(record.notInjected).toContain('it crashed');
  });
});

it('nothing is injected when the condition is true already, once the targets were chosen', async () => {
  let chosen = false;
  const sim = simulate(() => (chosen ? broken : good));
  const driver: AbleFaultDriver = {
    ...sim.driver(),
    pin: async (config, _, { clock }) => {
      chosen = true;
      await clock.sleep(8_000);
      return config;
    },
  };
  const { record } = await runExperiment(phase, sim.deps({ driver }), sim.context);
  expect(sim.fault.injected).toBeUndefined();
  expect(record.aborted).toMatch(/attempts failed/);
  expect(sim.context.undo.open()).toEqual([]);
});

it('a single bad second after a kill never aborts, wherever it falls and however bad it is', async () => {
  for (let offset = 0; offset < 20_000; offset += 370) {
    const sim = simulate(({ injected }) =>
      injected !== undefined && injected >= offset && injected < offset + 1_000 ? { failed: 100 } : good,
    );
    const isUp = (): boolean =>
      sim.fault.injected !== undefined && sim.clock.now() > sim.fault.injected + 1_500;
    const driver = sim.driver({
      endsByItself: () => true,
      identities: async () => ({
        thing: sim.fault.injected === undefined ? '1@1' : isUp() ? '2@9' : undefined,
      }),
      status: async () => (isUp() ? { state: 'absent' } : { state: 'present', detail: 'down' }),
      replaced: async (_, __, context) => {
        while (!isUp()) await context.clock.sleep(100, context.signal);
        return context.clock.now();
      },
    });
    const { record } = await runExperiment(phase, sim.deps({ driver }), sim.context);
    expect(record.aborted, `bad from ${offset} ms on`).toBeUndefined();
    expect(record.abort).toBeUndefined();
  }
});

describe('the abort of a real experiment', () => {
  let toxiproxy: ToxiproxyFixture;
  let client: ClientFixture;
  let dir: string;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'ordeal-abort-'));
    toxiproxy = await startToxiproxy();
    client = startClient(() => toxiproxy.echoes('one'));
  });
  afterAll(async () => {
    await client.stop();
    await toxiproxy.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it('heals at once when clients suffer for too long, and says how long that took', async () => {
    const { record } = await experiment('errors', 2, new AbortController().signal);
    expect(record.aborted).toMatch(/attempts failed within/);
    console.log(`abort: condition true to healed ${record.abort?.secondsToHealed?.toFixed(2)} s`);
    expect(await toxiproxy.toxics('one')).toEqual([]);
  });

  it('heals at once when somebody orders an emergency stop', async () => {
    const stop = fileStop(join(dir, 'leases'));
    const watch = watchForStop([stop], { clock: systemClock, say: () => undefined });
    const ordering = systemClock
      .sleep(3_500)
      .then(() => stop.order({ by: 'ada', at: 'now', why: 'enough' }, AbortSignal.timeout(1_000)));
    const ordered = ordering.then(() => systemClock.wall());
    const { record } = await experiment('stop', 60, watch.signal);
    expect(record.aborted).toMatch(/^interrupted: emergency stop, ordered by ada at now: enough/);
    const healed = Date.parse(record.healedAt ?? '');
    console.log(`emergency stop: ordered to healed ${((healed - (await ordered)) / 1000).toFixed(2)} s`);
    expect(await toxiproxy.toxics('one')).toEqual([]);
    await watch.end();
  });

  async function experiment(name: string, consecutiveSeconds: number, signal: AbortSignal) {
    const raw = { api: toxiproxy.api, proxies: ['one'], toxic: { type: 'timeout' } };
    const parsed = parseProxyConfig(raw, 'here');
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics));
    const runDir = join(dir, name);
    const undo = createFileUndoLedger(runDir, systemClock);
    const journal = createFileJournal(join(runDir, 'journal.jsonl'), systemClock, []);
    const outcome = await runExperiment(
      { ...phase, steadyFor: 2, hold: 20, recoverWithin: 10, steadyAgainFor: 1 },
      {
        faults: [
          {
            name: 'thing',
            driver: proxyDriver as AbleFaultDriver,
            config: parsed.value,
            entry: { title: 'It breaks', driver: 'proxy', config: raw, revives: 'nothing' },
          },
        ],
        stream: client.stream,
        steady: patient,
        abort: { errorRatio: 0.5, consecutiveSeconds, leastAttempts: 5, silentSeconds: 10 },
        anchor: anchorOf(systemClock),
        generatorEnded: () => undefined,
      },
      { runId: name, dir: runDir, seed: 1, clock: systemClock, journal, undo, signal },
    );
    journal.close();
    if (undo.open().length > 0) throw new Error('an undo entry is still open');
    return outcome;
  }
});
