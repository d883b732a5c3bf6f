import { createVirtualClock } from '@ordeal/shared/testing/virtual-clock';
import { expect, it } from 'vitest';
import type { Book } from '../../src/ledger/book.ts';
import { readBack } from '../../src/ledger/read-back.ts';
import type { LedgerStore } from '../../src/ledger/stores/store.ts';
import type { Found } from '../../src/ledger/writes.ts';

const WRITES = 100;

/** How many of a hundred writes each reading found, of a store that shows so many of them at a moment (ms). */
async function readings(shows: (at: number) => number): Promise<readonly number[]> {
  const clock = createVirtualClock({ now: 0, wall: 0 });
  const found: number[] = [];
  const book: Partial<Book> = {
    beginReading: () => found.push(0),
    found: async (_reading, page) => void (found[found.length - 1] = page.length),
    endReading: async () => undefined,
    sum: async () => ({ type: 'sum', intents: WRITES, outcomes: WRITES, found: 0, readings: found.length }),
  };
  const store: Partial<LedgerStore> = {
    read: async (_deadline, take) => {
      const page = Array.from(
        { length: Math.min(WRITES, Math.floor(shows(clock.now()))) },
        (_, sequence) => ({
          key: { worker: 0, sequence },
          corrupt: false,
        }),
      );
      await take(page satisfies readonly Found[]);
    },
  };
  await readBack(store as LedgerStore, book as Book, 60_000, clock);
  return found;
}

it('reads twice what does not change', async () => {
  expect(await readings(() => WRITES)).toEqual([WRITES, WRITES]);
});

it('goes on reading while a replica that is seconds behind catches up', async () => {
  const found = await readings((at) => at / 60);
  expect(found[0]).toBe(0);
  expect(found.slice(-2)).toEqual([WRITES, WRITES]);
});

it('does not go on for ever', async () => {
  expect((await readings((at) => at / 1000)).length).toBeLessThan(60);
});
