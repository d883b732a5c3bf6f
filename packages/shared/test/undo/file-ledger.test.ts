import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testTools } from '../../src/testing/tools.ts';
import { systemClock } from '../../src/time/system-clock.ts';
import type { PromotionMark } from '../../src/undo/entry.ts';
import { createFileUndoLedger, openFileUndoLedger, OldPrimaryRevived } from '../../src/undo/file-ledger.ts';

let runDir: string;
beforeEach(() => {
  runDir = mkdtempSync(join(tmpdir(), 'ordeal-ledger-'));
});
afterEach(() => rmSync(runDir, { recursive: true, force: true }));

const draft = {
  driver: 'flag',
  config: { a: [1, 'ü'] },
  describe: 'a flag',
  deadline: '2026-01-01T00:00:00.000Z',
  revives: 'nothing' as const,
};
const mark: PromotionMark = {
  drill: 'failover',
  store: 'main',
  requestedAt: '2026-01-01T00:00:00.000Z',
  writer: 'b',
  fenced: ['a'],
  nextStep: 'rejoin a',
};

describe('the undo ledger on disk', () => {
  it('gives what is open to another process, last in first', () => {
    const mine = createFileUndoLedger(runDir, systemClock);
    const pushed = [mine.push(draft), mine.push({ ...draft, describe: 'another' }), mine.push(draft)];
    const theirs = openFileUndoLedger(runDir, systemClock);
    expect(theirs.open()).toEqual(pushed.toReversed());
    expect(pushed.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    const script = `import { openFileUndoLedger } from '${new URL('../../src/undo/file-ledger.ts', import.meta.url).href}';
      const clock = { now: () => 0, wall: () => 0, sleep: async () => {} };
      const ledger = openFileUndoLedger(process.argv[1], clock);
      for (const { id } of ledger.open().slice(0, 2)) ledger.settle(id, 'guardian');`;
    execFileSync(testTools().node, ['--input-type=module', '-e', script, runDir]);
    expect(mine.open()).toEqual([pushed[0]]);
  });

  it('settles once, whoever is first, and says who it was', () => {
    const mine = createFileUndoLedger(runDir, systemClock);
    const theirs = openFileUndoLedger(runDir, systemClock);
    const { id } = mine.push(draft);
    theirs.settle(id, 'guardian');
    mine.settle(id, 'run');
    theirs.settle(id, 'recover');
    expect(readdirSync(join(runDir, 'undo', 'settled'))).toEqual([`${id}.guardian.json`]);
    expect(mine.open()).toEqual([]);
    expect(mine.push(draft).sequence).toBe(2);
  });

  it('takes the settling of an entry that never was for a mistake', () => {
    expect(() => createFileUndoLedger(runDir, systemClock).settle('0009-abcd', 'run')).toThrow(/ENOENT/);
  });

  it('shows an entry that cannot be read as one that nobody heals', () => {
    const ledger = createFileUndoLedger(runDir, systemClock);
    const { id } = ledger.push(draft);
    writeFileSync(join(runDir, 'undo', `${id}.json`), '{"id":"0001');
    writeFileSync(join(runDir, 'undo', '.half.tmp'), '{');
    expect(ledger.open()).toMatchObject([{ id, driver: 'unreadable' }]);
  });

  it('is empty where there is none', () => {
    const none = openFileUndoLedger(join(runDir, 'nowhere'), systemClock);
    expect(none.open()).toEqual([]);
    expect(none.promotion()).toBeUndefined();
  });

  it('fails before anything is injected when the entry cannot be written', () => {
    const ledger = createFileUndoLedger(runDir, systemClock);
    rmSync(join(runDir, 'undo'), { recursive: true });
    expect(() => ledger.push(draft)).toThrow(/ENOENT/);
  });

  it('keeps the promotion mark for others, rewrites and clears it', () => {
    const mine = createFileUndoLedger(runDir, systemClock);
    const theirs = openFileUndoLedger(runDir, systemClock);
    mine.markPromotion(mark);
    expect(theirs.promotion()).toEqual(mark);
    mine.markPromotion({ ...mark, nextStep: 'fail back' });
    expect(theirs.promotion()?.nextStep).toBe('fail back');
    mine.clearPromotion(mark.store);
    expect(theirs.promotion()).toBeUndefined();
    mine.clearPromotion(mark.store);
  });

  it('keeps a mark of each store, and an unnamed one of an older ordeal', () => {
    const ledger = createFileUndoLedger(runDir, systemClock);
    const cache = { ...mark, store: 'cache/eu', writer: 'c' };
    writeFileSync(join(runDir, 'undo', 'promotion.json'), JSON.stringify(mark));
    ledger.markPromotion(cache);
    expect([ledger.promotion(mark.store), ledger.promotion('cache/eu')]).toEqual([mark, cache]);
    ledger.clearPromotion(mark.store);
    expect(ledger.promotions()).toEqual([cache]);
    writeFileSync(join(runDir, 'undo', 'promotion-cache%2Feu.json'), '{');
    expect(ledger.promotion('cache/eu')?.nextStep).toMatch(/cannot be read/);
    ledger.clearPromotion('cache/eu');
    expect(ledger.promotions()).toEqual([]);
  });

  it('lets a mark stand that cannot be read', () => {
    const ledger = createFileUndoLedger(runDir, systemClock);
    writeFileSync(join(runDir, 'undo', 'promotion.json'), '{"writer"');
    expect(ledger.promotion()?.nextStep).toMatch(/cannot be read/);
  });

  it('lets only one of promotion and revival begin', () => {
    const run = createFileUndoLedger(runDir, systemClock);
    const guardian = openFileUndoLedger(runDir, systemClock);
    const { id } = run.push({ ...draft, revives: 'old-primary' });
    run.markPromotion(mark);
    expect(guardian.beginRevival(id)).toBe(false);
    run.markPromotion(mark);
    run.clearPromotion(mark.store);
    expect(guardian.beginRevival(id)).toBe(true);
    expect(() => run.markPromotion(mark)).toThrow(OldPrimaryRevived);
    expect(guardian.promotion()).toBeUndefined();
    expect(run.open().map((entry) => entry.id)).toEqual([id]);
  });
});
