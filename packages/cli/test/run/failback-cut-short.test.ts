import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DrillPhase } from '@ordeal/shared/scenario/scenario';
import { anchorOf } from '@ordeal/shared/time/clock';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { createFileUndoLedger } from '@ordeal/shared/undo/file-ledger';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { drillPhase } from '../../src/run/phases/drill.ts';
import { emptyResults, type FinishedDrill, type Session } from '../../src/run/session.ts';
import { standingPromotions } from '../../src/run/standing-promotion.ts';

let runs: string;
beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), 'ordeal-failback-'));
});
afterEach(() => rmSync(runs, { recursive: true, force: true }));

const phase: DrillPhase = {
  phase: 'drill',
  name: 'failback',
  title: 'Region A comes back',
  drill: { kind: 'failback', restore: 'region-a-lost', from: 'b', to: 'a' },
  store: 'main',
  route: 'global',
  probeEvery: 0.1,
  probeTimeout: 1,
  ledgerRate: 10,
  ledgerLead: 1,
  stableFor: 1,
  stableAttempts: 10,
  deadline: 10,
  targets: { rto: 10, rpo: 5, detection: 3, failover: 5 },
  objectives: [],
};

const lost: DrillPhase = {
  ...phase,
  name: 'lost',
  drill: { kind: 'failover', lose: 'region-a-lost', from: 'a', to: 'b' },
};
const stores = { main: { driver: 'fake', config: {} } };

/** A run that promoted region b and is gone: region a stays away until its failback. */
function leaveFailover(): void {
  const dir = join(runs, '1-earlier');
  mkdirSync(dir);
  const file = { run: '1-earlier', runner: '1@gone', platform: 'shop', startedAt: '', stores };
  writeFileSync(join(dir, 'run.json'), JSON.stringify(file));
  const undo = createFileUndoLedger(dir, systemClock);
  undo.push({
    driver: 'host',
    config: {},
    describe: 'region a is lost',
    deadline: '2026-01-01T00:00:00.000Z',
    revives: 'old-primary',
  });
  undo.markPromotion({
    drill: 'region-lost',
    store: 'main',
    requestedAt: '2026-01-01T00:00:00.000Z',
    writer: 'b',
    fenced: ['a'],
    nextStep: 'Run the failback.',
  });
}

/** Its observers cannot be started: there is no such program. */
function sessionWithoutObservers(before: readonly DrillPhase[] = []): Session {
  const dir = join(runs, '2-now');
  mkdirSync(dir);
  const nodes = [
    { name: 'a', reachable: false, reason: 'connection refused' },
    { name: 'b', reachable: true, role: 'primary', timeline: 2, position: 1, lagSeconds: null, detail: {} },
  ];
  return {
    kind: 'drill',
    loaded: {
      platform: {
        name: 'shop',
        regions: ['a', 'b'],
        entry: 'http://127.0.0.1:1',
        tenants: [{ id: 'shop', allowedRegions: ['a', 'b'] }],
        tenantHeader: 'x-tenant',
        headers: {},
        probes: [{}],
        ledger: {},
        stores,
        routes: { global: {} },
        faults: {},
        objectives: {},
        guardrails: { maxRunSeconds: 600 },
      },
      drivers: {
        store: () => ({
          driver: { kind: 'fake', status: async () => ({ settings: {}, nodes }) },
          nodes: [
            { name: 'a', region: 'a' },
            { name: 'b', region: 'b' },
          ],
        }),
        route: () => ({}),
        fault: () => ({ driver: {}, config: {} }),
      },
    },
    programs: { k6: '', node: join(runs, 'no-such-program') },
    context: {
      runId: '2-now',
      dir,
      seed: 1,
      clock: systemClock,
      journal: { append: () => undefined },
      undo: createFileUndoLedger(dir, systemClock),
      signal: new AbortController().signal,
    },
    scenario: { phases: [...before, phase] },
    anchor: anchorOf(systemClock),
    results: emptyResults(),
  } as unknown as Session;
}

it('a failback is not refused for what the failover before it did not do, which was not the platform’s fault', async () => {
  const session = sessionWithoutObservers([lost]);
  const steps = [{ name: 'promote', outcome: 'skipped', detail: 'observe failed' }];
  session.results.drills.push({
    record: { name: 'lost', kind: 'failover', steps },
  } as unknown as FinishedDrill);
  expect(await drillPhase(phase, session)).toEqual({
    next: 'stop',
    detail: 'not started: the failover before it promoted nothing: observe failed',
  });
  expect(session.results.refusals).toEqual([]);
});

it('a failback that nobody could observe leaves standing what an earlier failover has left', async () => {
  leaveFailover();
  const session = sessionWithoutObservers();
  await drillPhase(phase, session);
  expect(session.results.observerProblems).toEqual([
    { window: 'failback', reason: expect.stringContaining('could not be started') },
  ]);
  expect(
    standingPromotions(runs, { name: 'shop', stores }, 'main', systemClock).map(({ mark }) => mark.writer),
  ).toEqual(['b']);
  const undo = createFileUndoLedger(join(runs, '1-earlier'), systemClock);
  expect(undo.open().map(({ describe }) => describe)).toEqual(['region a is lost']);
});

it('a run that is being ended does not read earlier ledgers first: the platform may not answer, and something is broken', async () => {
  leaveFailover();
  const session = sessionWithoutObservers([lost]);
  const stop = new AbortController();
  stop.abort(new Error('interrupted by SIGTERM'));
  let reread = 0;
  session.results.drills.push({
    record: { name: 'lost', kind: 'failover', steps: [{ name: 'promote', outcome: 'done' }] },
    reread: async () => {
      reread += 1;
      return {};
    },
  } as unknown as FinishedDrill);
  const ended = { ...session, context: { ...session.context, signal: stop.signal } };
  expect(await drillPhase(phase, ended)).toMatchObject({ next: 'stop' });
  expect(reread).toBe(0);
});

it('a failover of another store in the same run is nothing that a failback could come back from', async () => {
  const session = sessionWithoutObservers([{ ...lost, store: 'cache' }]);
  const steps = [{ name: 'promote', outcome: 'done', detail: '' }];
  session.results.drills.push({
    record: { name: 'lost', kind: 'failover', steps },
  } as unknown as FinishedDrill);
  expect(await drillPhase(phase, session)).toMatchObject({ next: 'stop' });
  expect(session.results.refusals).toEqual([
    expect.stringContaining('there was no failover of store main to come back from'),
  ]);
});
