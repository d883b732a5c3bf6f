import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../src/testing/virtual-clock.ts';
import type { Clock } from '../../src/time/clock.ts';
import type { UndoEntry } from '../../src/undo/entry.ts';
import { createFileUndoLedger } from '../../src/undo/file-ledger.ts';
import type { Healers } from '../../src/undo/healer.ts';
import type { RevivalGuard, UndoLedger } from '../../src/undo/ledger.ts';
import { unwind, type UnwindSettings } from '../../src/undo/unwind.ts';

let runDir: string;
let clock: Clock;
let ledger: UndoLedger & RevivalGuard;
beforeEach(() => {
  runDir = mkdtempSync(join(tmpdir(), 'ordeal-unwind-'));
  clock = createVirtualClock({ now: 1000, wall: 0 });
  ledger = createFileUndoLedger(runDir, clock);
});
afterEach(() => rmSync(runDir, { recursive: true, force: true }));

describe('unwinding', () => {
  it('heals last in first out, and settles', async () => {
    const order: string[] = [];
    push('x', 'one');
    push('x', 'two');
    push('x', 'three');
    const told: string[] = [];
    const outcome = await undo(
      { x: { heal: async (entry) => void order.push(entry.describe) } },
      { onHealed: (entry) => told.push(entry.describe) },
    );
    expect(order).toEqual(['three', 'two', 'one']);
    expect(told).toEqual(order);
    expect(outcome).toMatchObject({ left: [], kept: [] });
    expect(ledger.open()).toEqual([]);
  });

  it('is stopped neither by a failure, nor by a hang, nor by a driver that nobody knows', async () => {
    push('x', 'under');
    push('x', 'hangs');
    push('x', 'fails');
    push('nobody', 'unknown');
    push('y', 'beside');
    const began = clock.now();
    const instants: Record<string, number> = {};
    const heal = async (entry: UndoEntry): Promise<void> => {
      if (entry.describe === 'hangs') await new Promise(() => {});
      if (entry.describe === 'fails') throw new Error('out of order');
      instants[entry.describe] = clock.now() - began;
    };
    const outcome = await undo({ x: { heal }, y: { heal } }, { deadlineMs: 10_000 });
    expect(instants['beside']).toBe(0);
    expect(instants['under']).toBeLessThanOrEqual(1_000);
    expect(outcome.healed.map(({ describe: what }) => what)).toEqual(['beside', 'under']);
    expect(outcome.left).toMatchObject([
      { what: 'unknown', how: expect.stringContaining('nothing here heals') },
      { what: 'fails', how: 'out of order' },
      { what: 'hangs', how: expect.stringContaining('longer than 10 s') },
    ]);
    expect(ledger.open()).toHaveLength(3);
    expect(clock.now() - began).toBeLessThan(10_500);
  });

  it.each([
    [true, 100_000, []],
    [false, 10_000, ['slow', 'hangs']],
  ] as const)(
    'gives what takes long by its own word the time for it: %s',
    async (patient, longestMs, left) => {
      push('x', 'hangs');
      push('x', 'slow', 'nothing', 100);
      const began = clock.now();
      const heal: Healers[string]['heal'] = async ({ describe: what }, { signal }) => {
        await clock.sleep(what === 'slow' ? 60_000 : 1e9, signal);
      };
      const outcome = await undo({ x: { heal } }, { deadlineMs: 10_000, patient });
      expect(outcome.left.map(({ what }) => what)).toEqual(patient ? ['hangs'] : left);
      expect(clock.now() - began).toBeLessThanOrEqual(longestMs);
    },
  );

  it('tries again until the deadline', async () => {
    push('x', 'stubborn');
    let tries = 0;
    const heal = async (): Promise<void> => {
      tries += 1;
      if (tries < 5) throw new Error('not yet');
    };
    expect((await undo({ x: { heal } }, {})).healed).toHaveLength(1);
    expect(tries).toBe(5);
  });

  it('gives a healer that listens its own signal, and gives up when it is told to', async () => {
    push('x', 'slow');
    const giveUp = new AbortController();
    void clock.sleep(3_000).then(() => giveUp.abort(new Error('third signal')));
    let ended: unknown;
    const outcome = await undo(
      {
        x: {
          heal: async (_, context) => {
            try {
              await context.clock.sleep(60_000, context.signal);
            } catch (error) {
              ended = error;
              throw error;
            }
          },
        },
      },
      { signal: giveUp.signal },
    );
    expect(String(ended)).toMatch(/third signal/);
    expect(outcome.left[0]?.how).toMatch(/third signal/);
    expect(clock.now()).toBeLessThan(5_000);
  });

  it('never revives the old primary while a promotion mark stands', async () => {
    push('x', 'region', 'old-primary');
    push('x', 'proxy');
    ledger.markPromotion({
      drill: 'd',
      store: 's',
      requestedAt: '',
      writer: 'b',
      fenced: ['a'],
      nextStep: 'n',
    });
    const healed: string[] = [];
    const healers = { x: { heal: async (entry: UndoEntry) => void healed.push(entry.describe) } };
    for (const by of ['run', 'guardian', 'recover'] as const) {
      const outcome = await undo(healers, { by });
      expect(outcome.kept.map(({ describe: what }) => what)).toEqual(['region']);
      expect(outcome.left).toEqual([]);
    }
    expect(healed).toEqual(['proxy']);
    expect(ledger.open()).toHaveLength(1);
    ledger.clearPromotion('s');
    await undo(healers, { by: 'run' });
    expect(healed).toEqual(['proxy', 'region']);
  });

  it('stops trying to revive it when the mark comes in between', async () => {
    push('x', 'region', 'old-primary');
    let tries = 0;
    const heal = async (): Promise<void> => {
      tries += 1;
      ledger.markPromotion({
        drill: 'd',
        store: 's',
        requestedAt: '',
        writer: 'b',
        fenced: ['a'],
        nextStep: 'n',
      });
      throw new Error('not yet');
    };
    expect((await undo({ x: { heal } }, { by: 'run' })).kept).toHaveLength(1);
    expect(tries).toBe(1);
  });

  it('closes the way to a promotion when somebody else than the run revives', async () => {
    push('x', 'region', 'old-primary');
    await undo({ x: { heal: async () => {} } }, { by: 'guardian' });
    const late = { drill: 'd', store: 's', requestedAt: '', writer: 'b', fenced: ['a'], nextStep: 'n' };
    expect(() => ledger.markPromotion(late)).toThrow(/bring the old primary back/);
  });

  it('heals a second time where a request may still have been under way', async () => {
    push('x', 'late');
    let broken = false;
    // The runner's last request takes effect only after the first healing.
    void clock.sleep(100).then(() => {
      broken = true;
    });
    const heal = async (): Promise<void> => {
      broken = false;
    };
    await undo({ x: { heal } }, { againAfterMs: 200 });
    expect(broken).toBe(false);
    expect(clock.now()).toBeGreaterThanOrEqual(1_200);
  });

  it('heals what lies under it without waiting for the second time', async () => {
    for (const what of ['one', 'two', 'three', 'four']) push('x', what);
    const began = clock.now();
    const first = new Map<string, number>();
    const heals: string[] = [];
    const heal = async ({ describe: what }: UndoEntry): Promise<void> => {
      if (!first.has(what)) first.set(what, clock.now() - began);
      heals.push(what);
      await clock.sleep(10);
    };
    await undo({ x: { heal } }, { againAfterMs: 200 });
    expect([...first]).toEqual([
      ['four', 0],
      ['three', 10],
      ['two', 20],
      ['one', 30],
    ]);
    expect(heals).toHaveLength(8);
    expect(ledger.open()).toEqual([]);
  });

  it('reports entries that cannot be listed as left', async () => {
    const broken: UndoLedger = {
      ...ledger,
      open: () => {
        throw new Error('input/output error');
      },
    };
    const settings = { clock, by: 'run' as const, deadlineMs: 1000, say: () => undefined };
    expect((await unwind(broken, {}, settings)).left).toMatchObject([{ how: 'input/output error' }]);
  });
});

function push(
  driver: string,
  what: string,
  revives: UndoEntry['revives'] = 'nothing',
  healSeconds?: number,
): void {
  const deadline = new Date(0).toISOString();
  const longer = healSeconds === undefined ? {} : { healSeconds };
  ledger.push({ driver, config: null, describe: what, deadline, revives, ...longer });
}

function undo(healers: Healers, more: Partial<UnwindSettings>) {
  return unwind(ledger, healers, { clock, by: 'run', deadlineMs: 30_000, say: () => undefined, ...more });
}
