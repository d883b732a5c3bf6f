import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DrillPhase } from '@ordeal/shared/scenario/scenario';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { createFileUndoLedger, openFileUndoLedger } from '@ordeal/shared/undo/file-ledger';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { drillPhase } from '../../src/run/phases/drill.ts';
import { emptyResults, type Session } from '../../src/run/session.ts';

/** What a failback that has come to its end resolves of what earlier runs have left. */

// A drill that has come to its end, which needs a platform otherwise.
vi.mock('@ordeal/dr/drills/run-drill', () => ({
  runDrill: async () => ({
    refused: [],
    windows: [],
    fault: null,
    settled: true,
    record: {
      name: 'failback',
      kind: 'failback',
      steps: [],
      rto: { low: 1, high: 1 },
      rpo: { lost: 0, acknowledged: 1 },
    },
    reread: async () => ({}),
    dispose: async () => {},
  }),
}));

let runs: string;
beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), 'ordeal-failback-'));
});
afterEach(() => rmSync(runs, { recursive: true, force: true }));

const postgres = (url: string) => ({ driver: 'postgres', config: { url, password: undefined } });
const redis = { driver: 'redis', config: { url: 'redis://one' } };
const ofLab = (url: string) => ({ main: postgres(url), cache: redis });

/** A run that promoted node b of these stores and is gone, with the region that it has lost. */
function leave(run: string, stores: Session['loaded']['platform']['stores'], lost: readonly string[]): void {
  const dir = join(runs, run);
  mkdirSync(dir);
  const file = { run, runner: '1@gone', platform: 'shop', startedAt: '', stores };
  writeFileSync(join(dir, 'run.json'), JSON.stringify(file));
  const undo = createFileUndoLedger(dir, systemClock);
  undo.push({
    driver: 'host',
    config: {},
    describe: 'region a is lost',
    deadline: '2030-01-01T00:00:00.000Z',
    revives: 'old-primary',
  });
  for (const store of lost) {
    undo.markPromotion({
      drill: 'lost',
      store,
      requestedAt: '',
      writer: 'b',
      fenced: ['a'],
      nextStep: `Run the failback of ${store}.`,
    });
  }
}

/** What of it still stands, and how much of it is not settled. */
function left(run: string): string {
  const undo = openFileUndoLedger(join(runs, run), systemClock);
  const stands = undo.promotions().map(({ store }) => store);
  return `${stands.join(' and ') || 'nothing'} stands, ${undo.open().length} open`;
}

async function failBack(store: string, from = 'postgres://one') {
  const phase = {
    phase: 'drill',
    name: 'failback',
    drill: { kind: 'failback', restore: 'region-a-lost', from: 'b', to: 'a' },
    store,
    route: 'global',
    objectives: [],
  } as unknown as DrillPhase;
  const session = {
    loaded: {
      platform: { name: 'shop', stores: ofLab(from), routes: {}, faults: {}, guardrails: {}, objectives: {} },
      drivers: { store: () => ({ driver: {}, nodes: [] }), route: () => ({}), fault: () => ({}) },
    },
    context: {
      dir: join(runs, 'now'),
      clock: systemClock,
      journal: { append: () => undefined },
      signal: new AbortController().signal,
    },
    scenario: { phases: [phase] },
    results: emptyResults(),
  } as unknown as Session;
  mkdirSync(session.context.dir, { recursive: true });
  return { session, outcome: await drillPhase(phase, session) };
}

it('resolves what stands of its own store, and not of another store or of another lab of the same platform', async () => {
  leave('1-main', ofLab('postgres://one'), ['main']);
  leave('2-cache', ofLab('postgres://one'), ['cache']);
  leave('3-other-lab', ofLab('postgres://two'), ['main']);
  const { outcome } = await failBack('main');
  expect(outcome).toMatchObject({ next: 'continue' });
  expect(['1-main', '2-cache', '3-other-lab'].map(left)).toEqual([
    'nothing stands, 0 open',
    'cache stands, 1 open',
    'main stands, 1 open',
  ]);
});

it('is refused when only others stand, and names them', async () => {
  leave('2-cache', ofLab('postgres://one'), ['cache']);
  leave('3-other-lab', ofLab('postgres://two'), ['main']);
  const { outcome, session } = await failBack('main');
  expect(outcome).toMatchObject({ next: 'stop' });
  expect(session.results.refusals).toEqual([
    expect.stringMatching(
      /no failover of store main.*store cache in run 2-cache, .*store main in run 3-other-lab/,
    ),
  ]);
});

it('of a run that has lost both stores, what it broke is open until both have come back', async () => {
  leave('1-both', ofLab('postgres://one'), ['main', 'cache']);
  expect(left('1-both')).toBe('cache and main stands, 1 open');
  await failBack('main');
  expect(left('1-both')).toBe('cache stands, 1 open');
  await failBack('cache');
  expect(left('1-both')).toBe('nothing stands, 0 open');
});
