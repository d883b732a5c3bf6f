import type { LedgerRecord } from '@ordeal/shared/record/record';
import { describe, expect, it } from 'vitest';
import { randomFrom } from '../outage/random.ts';
import { analyse, analyseLines, linesOf } from './encode.ts';
import type { LedgerItem, LedgerReading } from './model.ts';
import { plantLedger } from './planted.ts';
import { analyseLedger as reference, type LedgerQuestion } from './reference.ts';

const anchor = { monotonicMs: 0, wallMs: Date.UTC(2026, 0, 1) };

/** Every other ledger writes several at a time. */
function planted(seed: number): LedgerQuestion {
  const { writes, readings, fault } = plantLedger(randomFrom(seed), 1 + (seed % 2) * (seed % 5));
  return { writes, readings, fault, targetSeconds: 1, anchor };
}

/** A ledger in which nothing is wrong: only then is there a pass that something could wrongly lead to. */
function healthy(seed: number): LedgerQuestion {
  const question = planted(seed);
  const writes = question.writes.map((write) => ({ ...write, outcome: 'ok' as const }));
  const items = writes.map(({ id, hash }) => ({ id, hash }));
  const readings = question.readings.map((reading) => ({ ...reading, items }));
  return { ...question, writes, readings };
}

function passes(record: LedgerRecord): boolean {
  const { lost, stale, duplicate, phantom, resurrected, corrupt, holes, seconds } = record;
  return lost + stale + duplicate + phantom + resurrected + corrupt + holes === 0 && seconds === 0;
}

describe('the analysis of a ledger', () => {
  it('comes to what a plain one in memory comes to, however the file is cut and however often it is read', async () => {
    for (let seed = 0; seed < 40; seed += 1) {
      const random = randomFrom(seed + 1000);
      const question = planted(seed);
      const chunk = 20 + Math.floor(random() * 3000);
      const budget = 30 + Math.floor(random() * 1000);
      const lines = await linesOf(question);
      const plain = reference(question);
      for (const options of [{ chunk }, { chunk, budget }]) {
        const found = await analyseLines(lines, question, options);
        // Times are rounded to a microsecond in the file.
        expect(Math.abs(found.seconds - plain.seconds), `seed ${seed}`).toBeLessThan(1e-5);
        const gap = Math.abs(found.resolutionSeconds - plain.resolutionSeconds);
        expect(gap, `seed ${seed}`).toBeLessThan(1e-5);
        const rounded = { seconds: 0, resolutionSeconds: 0, recoveryPoint: null };
        expect({ ...found, ...rounded }, `seed ${seed}`).toEqual({ ...plain, ...rounded });
      }
    }
  });

  it('says nothing rather than something better when any line is missing', async () => {
    for (let seed = 0; seed < 4; seed += 1) {
      const question = planted(seed);
      const lines = await linesOf(question);
      for (let missing = 0; missing < lines.length; missing += 11) {
        const rest = lines.filter((_, i) => i !== missing);
        await expect(analyseLines(rest, question), `seed ${seed}, ${lines[missing]}`).rejects.toThrow(
          /ledger/i,
        );
      }
    }
  });

  it('is not turned into a pass by lines in another order', async () => {
    for (let seed = 0; seed < 40; seed += 1) {
      const random = randomFrom(seed + 2000);
      const question = planted(seed);
      const before = await analyse(question);
      const lines = [...(await linesOf(question))];
      for (let swaps = 0; swaps < 5; swaps += 1) {
        const at = 1 + Math.floor(random() * (lines.length - 2));
        const [one = '', other = ''] = [lines[at], lines[at + 1]];
        lines[at] = other;
        lines[at + 1] = one;
      }
      const after = await analyseLines(lines, question).catch(() => null);
      if (after === null) continue;
      // The gaps are taken in the order of the lines, and only get wider.
      expect(after.resolutionSeconds, `seed ${seed}`).toBeGreaterThanOrEqual(before.resolutionSeconds);
      expect({ ...after, resolutionSeconds: 0 }, `seed ${seed}`).toEqual({ ...before, resolutionSeconds: 0 });
    }
  });

  it.each<[string, (items: readonly LedgerItem[], at: number) => readonly LedgerItem[]]>([
    ['something vanishes', (items, at) => items.filter((_, i) => i !== at)],
    ['something is there twice', (items, at) => [...items, ...items.slice(at, at + 1)]],
    [
      'something is changed',
      (items, at) => items.map((one, i) => (i === at ? { ...one, hash: 'another' } : one)),
    ],
    ['something is there that nobody wrote', (items) => [...items, { id: 'nobody', hash: 'h' }]],
  ])('fails when %s, wherever and in whichever reading', async (_, spoil) => {
    for (let seed = 0; seed < 40; seed += 1) {
      const random = randomFrom(seed + 3000);
      const question = healthy(seed);
      expect(passes(await analyse(question)), `seed ${seed}`).toBe(true);
      const which = Math.floor(random() * question.readings.length);
      const readings = question.readings.map((reading, i): LedgerReading => {
        if (i !== which) return reading;
        return { ...reading, items: spoil(reading.items, Math.floor(random() * reading.items.length)) };
      });
      expect(passes(await analyse({ ...question, readings })), `seed ${seed}`).toBe(false);
    }
  });

  it('never gets better when more is wrong', async () => {
    for (let seed = 0; seed < 40; seed += 1) {
      const random = randomFrom(seed + 4000);
      const question = planted(seed);
      const before = await analyse(question);
      const last = question.readings.at(-1);
      if (last === undefined) throw new Error('There is no reading.');
      const gone = last.items[Math.floor(random() * last.items.length)]?.id;
      const items = last.items.filter((item) => item.id !== gone);
      const readings = [...question.readings.slice(0, -1), { ...last, items }];
      const after = await analyse({ ...question, readings });
      expect(after.lost, `seed ${seed}`).toBeGreaterThanOrEqual(before.lost);
      expect(after.seconds, `seed ${seed}`).toBeGreaterThanOrEqual(before.seconds);
      expect(after.lostAfterFault, `seed ${seed}`).toBeGreaterThanOrEqual(before.lostAfterFault);
    }
  });
});
