import type { Clock } from '@ordeal/shared/time/clock';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { Book } from './book.ts';
import type { LedgerSum } from './lines.ts';
import { Unreadable, type LedgerStore } from './stores/store.ts';
import type { Found } from './writes.ts';

const least = 2;
/** Readings that go on differing end when there were so many, and so long was read. */
const most = 6;
const settlesWithinMs = 10_000;
const betweenMs = 250;
const retryAfterMs = 200;
/** With less time left nothing is asked: its timeout would hide why the tries before failed. */
const worthAskingMs = 100;

/** What a reading found, in numbers that do not depend on the order. */
interface Digest {
  readonly found: number;
  readonly sum: number;
}

/**
 * Reads the whole set at least twice, and again while the last two readings differ: so what a lagging replica hides
 * for some seconds shows as stale, and not as lost. Readings are in the book, and on disk, when it
 * resolves with what the book holds.
 */
export async function readBack(
  store: LedgerStore,
  book: Book,
  withinMs: number,
  clock: Clock,
): Promise<LedgerSum> {
  let before: Digest | null = null;
  const until = clock.now() + settlesWithinMs;
  for (let done = 0; done < most || clock.now() < until; done += 1) {
    if (done > 0) await clock.sleep(betweenMs);
    const digest = await readOnce(store, book, withinMs, clock);
    if (done + 1 >= least && before?.found === digest.found && before.sum === digest.sum) break;
    before = digest;
  }
  return await book.sum();
}

/** A reading that breaks off is begun anew, until its time is up. */
async function readOnce(store: LedgerStore, book: Book, withinMs: number, clock: Clock): Promise<Digest> {
  const deadline = clock.now() + withinMs;
  for (;;) {
    const reading = book.beginReading();
    const begun = clock.now();
    let [found, sum] = [0, 0];
    try {
      await store.read(deadline, async (page) => {
        found += page.length;
        for (const one of page) sum = (sum + numberOf(one)) % 0x1f_ffff_ffff_ffff;
        await book.found(reading, page);
      });
      await book.endReading(reading, begun, clock.now());
      return { found, sum };
    } catch (error) {
      if (error instanceof Unreadable || clock.now() + retryAfterMs + worthAskingMs > deadline) {
        const reason = reasonOf(error);
        throw reason.includes('could not be read back')
          ? error
          : new Error(
              `The ledger could not be read back within ${withinMs} ms: ${reason}. What was lost is not known; read ` +
                'again once the platform answers.',
              { cause: error },
            );
      }
      await clock.sleep(retryAfterMs);
    }
  }
}

/** Of different finds mostly different; added up they tell one set from another. */
function numberOf(found: Found): number {
  if (found.key === null)
    return [...found.id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);
  const mixed = Math.imul(found.key.sequence + 1, 0x9e3779b1) ^ Math.imul(found.key.worker + 1, 0x85ebca6b);
  return (mixed >>> 0) + (found.corrupt ? 0x1_0000_0000 : 0);
}
