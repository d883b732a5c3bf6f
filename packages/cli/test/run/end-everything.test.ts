import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVirtualClock } from '@ordeal/shared/testing/virtual-clock';
import { createFileUndoLedger } from '@ordeal/shared/undo/file-ledger';
import type { Healers } from '@ordeal/shared/undo/healer';
import { PROCESS_DRIVER } from '@ordeal/shared/undo/process-healer';
import { describe, expect, it, onTestFinished } from 'vitest';
import { healingBudget, INTERRUPTED_MS } from '../../src/run/healing-budget.ts';
import { endEverything } from '../../src/run/heal.ts';
import { emptyResults, type Session } from '../../src/run/session.ts';

const never = (): Promise<never> => new Promise(() => {});
/** As `terminationGracePeriodSeconds` of the manifests in `deploy`. */
const GRACE_MS = 90_000;

/** A run in which everything that can hang does, in virtual time. */
function hangingRun() {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-end-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const clock = createVirtualClock({ now: 1_000_000, wall: Date.parse('2026-01-01T00:00:00Z') });
  const undo = createFileUndoLedger(dir, clock);
  const push = (driver: string, title: string): void =>
    void undo.push({
      driver,
      config: {},
      describe: title,
      deadline: '2026-01-02T00:00:00Z',
      revives: 'nothing',
    });
  push('hung', 'a fault that hangs');
  push('hung', 'another fault that hangs');
  push('quick', 'a fault that heals');
  push(PROCESS_DRIVER, 'a program that hangs');
  const interruption = new AbortController();
  const said: string[] = [];
  const begun: string[] = [];
  const results = emptyResults();
  Object.assign(results, { begun: true, workload: { stop: never } });
  results.drills.push({ dispose: never } as unknown as (typeof results.drills)[number]);
  const fault = { title: 'a target that does not answer', driver: 'hung', config: {}, revives: 'nothing' };
  const session = {
    loaded: {
      platform: { faults: { hung: fault, again: fault }, sweep: null, tenants: [] },
      drivers: { fault: () => ({ driver: { status: never }, config: {} }) },
    },
    scenario: { phases: [{ phase: 'experiment' }] },
    context: {
      dir,
      clock,
      undo,
      signal: interruption.signal,
      journal: { append: (event: { message?: string }) => said.push(event.message ?? '') },
    },
    results,
  } as unknown as Session;
  const healers: Healers = {
    hung: {
      heal: (entry) => {
        begun.push(entry.describe);
        return never();
      },
    },
    quick: { heal: async (entry) => void begun.push(entry.describe) },
    [PROCESS_DRIVER]: { heal: never },
  };
  return { session, healers, clock, interruption, said, begun };
}

describe('the end of a run in which everything hangs', () => {
  it('fits into the grace period of a pod from the interruption on, heals first, and says what has not ended', async () => {
    const { session, healers, clock, interruption, said, begun } = hangingRun();
    const budget = healingBudget(clock, interruption.signal);
    // The experiment itself heals for a while before the run comes to its end.
    const interruptedAt = clock.now();
    interruption.abort(new Error('SIGTERM'));
    await clock.sleep(40_000);
    const residue = await endEverything(session, healers, budget);
    expect(clock.now() - interruptedAt).toBeLessThan(GRACE_MS - 5_000);
    expect(begun.toSorted()).toEqual([
      'a fault that hangs',
      'a fault that heals',
      'another fault that hangs',
    ]);
    expect(residue.map(({ what }) => what).toSorted()).toEqual([
      'a fault that hangs',
      'a program that hangs',
      'a target that does not answer',
      'a target that does not answer',
      'another fault that hangs',
    ]);
    expect(said.join('\n')).toMatch(/stopping the workload failed: It took longer than/);
    expect(said.join('\n')).toMatch(/ending the observers failed: It took longer than/);
  });

  it('takes the whole budget when it begins at once, and no more', async () => {
    const { session, healers, clock, interruption } = hangingRun();
    interruption.abort(new Error('SIGTERM'));
    const budget = healingBudget(clock, interruption.signal);
    const began = clock.now();
    await endEverything(session, healers, budget);
    expect(clock.now() - began).toBeLessThanOrEqual(INTERRUPTED_MS + 2_000);
  });

  it('is bounded where nobody interrupts it as well', async () => {
    const { session, healers, clock, interruption } = hangingRun();
    const began = clock.now();
    await endEverything(session, healers, healingBudget(clock, interruption.signal));
    expect(clock.now() - began).toBeLessThan(200_000);
  });
});

it.each([
  { heir: {}, who: 'b' },
  { heir: { heir: 'a' }, who: 'b, or a when that has taken over already' },
])(
  'a drill that was cut off behind its point of no return is something left, also where no fault is in: $who',
  async ({ heir, who }) => {
    const { session, clock, interruption } = hangingRun();
    const { undo } = session.context;
    for (const entry of undo.open()) undo.settle(entry.id, 'run');
    Object.assign(session.results, { workload: null, drills: [] });
    undo.markPromotion({
      drill: 'switchover',
      store: 'main',
      requestedAt: '2026-01-01T00:00:00.000Z',
      writer: 'b',
      ...heir,
      fenced: ['a'],
      nextStep: 'Rejoin node a as a standby of b.',
    });
    expect(await endEverything(session, {}, healingBudget(clock, interruption.signal))).toMatchObject([
      {
        what: `what the drill switchover had begun: the only writer of store main is to be node ${who}`,
        how: 'left on purpose: Rejoin node a as a standby of b.',
      },
    ]);
  },
);

describe('the last look', () => {
  it('waits longer for a target that does not answer yet than for one that says that something is in', async () => {
    let looks = 0;
    const looked = async (answer: () => Promise<unknown>): Promise<readonly string[]> => {
      const { session, clock, interruption } = hangingRun();
      for (const entry of session.context.undo.open()) session.context.undo.settle(entry.id, 'run');
      Object.assign(session.results, { workload: null, drills: [] });
      Object.assign(session.loaded, {
        drivers: { fault: () => ({ driver: { status: answer }, config: {} }) },
      });
      const residue = await endEverything(session, {}, healingBudget(clock, interruption.signal));
      return residue.map(({ where }) => where);
    };
    let asked = 0;
    // Two faults are asked at a time: this one is silent for two looks.
    const late = () => ((asked += 1) <= 4 ? never() : Promise.resolve({ state: 'absent' }));
    expect(await looked(late)).toEqual([]);
    const present = () => {
      looks += 1;
      return Promise.resolve({ state: 'present', detail: 'it is in' });
    };
    expect(await looked(present)).toEqual(['it is in', 'it is in']);
    // Every quarter of a second for 20 s.
    expect(looks).toBeLessThan(2 * 90);
  });
});

describe('the time that ending a run has', () => {
  it('runs from the interruption, also from one that comes while it ends', async () => {
    const clock = createVirtualClock({ now: 0, wall: 0 });
    const interruption = new AbortController();
    const budget = healingBudget(clock, interruption.signal);
    await clock.sleep(500_000);
    expect(budget.leaves(0)).toBe(180_000);
    await clock.sleep(10_000);
    interruption.abort();
    expect(budget.leaves(0)).toBe(75_000);
    await clock.sleep(5_000);
    expect(budget.leaves(20_000)).toBe(50_000);
    await clock.sleep(500_000);
    expect(budget.leaves(20_000)).toBe(2_000);
  });
});
