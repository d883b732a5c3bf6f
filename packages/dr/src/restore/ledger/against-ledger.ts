import type { BackupCheck } from '@ordeal/shared/drivers/backup';
import type { Bounds } from '@ordeal/shared/time/interval';
import type { LedgerSource } from '../../ledger/analyse.ts';
import { since } from '../../ledger/lines.ts';
import { payloadOf } from '../../ledger/payload.ts';
import { idOf, keyOf } from '../../ledger/writes.ts';
import type { Attempted } from './read-attempted.ts';

/** One row of a ledger's as a restored server has it. */
export interface RestoredWrite {
  readonly id: string;
  readonly payload: string;
}

/** A ledger of the run, and what was done to the platform since. Monotonic milliseconds. */
export interface LedgerBefore {
  /** Whose it is, for messages: the name of its drill. */
  readonly of: string;
  readonly collection: string;
  readonly source: LedgerSource;
  /** The moment of the drill's fault; null where there was none. */
  readonly fault: Bounds | null;
}

/** Of each kind so many are named. */
const mostNamed = 10;

/**
 * Holds what a restored server has of a ledger's writes against what was acknowledged. `upTo` is the moment whose
 * state was restored, on the ledger's clock.
 *
 * - missing: acknowledged before it, and not there. One that the platform itself had lost by its last reading is
 *   told apart, unless the backup is from before the fault that lost it: a backup cannot hold what is not there.
 * - too far: begun only after it, and there. What was under way around it may be there or not.
 * - refused: the platform proved that it was not applied, and it is there.
 * - foreign: never attempted. changed: there with another payload. repeated: there more than once.
 *
 * Each `attempted` is good for one restored server only.
 */
export async function againstLedger(
  { of, collection, fault }: LedgerBefore,
  { writes, origin }: Attempted,
  pages: AsyncIterable<readonly RestoredWrite[]>,
  upTo: Bounds,
): Promise<Omit<BackupCheck, 'name'>> {
  const kinds = {
    missing: named('acknowledged writes are missing'),
    tooFar: named('are there that were begun only afterwards'),
    refused: named('are there that the platform had refused'),
    foreign: named('are there that nobody wrote'),
    changed: named('are not what was written'),
    repeated: named('are there more than once'),
  };
  const gone = named('');
  const after = since(origin, upTo.high);
  for await (const page of pages) {
    for (const { id, payload } of page) {
      const key = keyOf(collection, id);
      const seen = key === null ? undefined : writes.restored(key);
      if (seen === undefined) kinds.foreign.add(id);
      else if (seen.again) kinds.repeated.add(id);
      else {
        if (payload !== payloadOf(id)) kinds.changed.add(id);
        if (seen.outcome === 'fail') kinds.refused.add(id);
        else if (seen.invoked > after) kinds.tooFar.add(id);
      }
    }
  }
  // Whoever took the backup before the fault had everything that was acknowledged by then.
  const mayLack = fault !== null && upTo.high > fault.low;
  let due = 0;
  for (const write of writes.acknowledgedBy(since(origin, upTo.low))) {
    due += 1;
    if (write.restored) continue;
    (mayLack && !write.live ? gone : kinds.missing).add(idOf(collection, write));
  }
  const lacked =
    gone.count === 0 ? '' : `; ${gone.count} more (${gone.words()}) the platform itself has lost in ${of}`;
  const wrong = Object.values(kinds).filter(({ count }) => count > 0);
  if (wrong.length > 0) {
    const words = wrong.map((kind) =>
      kind === kinds.missing
        ? `${kind.count} of ${due} ${kind.what} (${kind.words()})`
        : `${kind.count} ${kind.what} (${kind.words()})`,
    );
    return { outcome: 'broken', detail: words.join('; ') + lacked };
  }
  return due === 0
    ? { outcome: 'not-run', detail: 'no write was acknowledged before the moment that was restored' }
    : {
        outcome: 'held',
        detail: `all ${due - gone.count} writes that were acknowledged by then, and no others${lacked}`,
      };
}

/** Ids of one kind: counted, and the first of them named. */
function named(what: string) {
  const ids: string[] = [];
  return {
    what,
    count: 0,
    add(id: string): void {
      this.count += 1;
      if (ids.length < mostNamed) ids.push(id);
    },
    words(): string {
      const more = this.count - ids.length;
      return ids.join(', ') + (more > 0 ? ` and ${more} more` : '');
    },
  };
}
