import type { BackupCheck } from '@ordeal/shared/drivers/backup';
import type { Bounds } from '@ordeal/shared/time/interval';
import type { Outcome } from '../ledger/writes.ts';

/** A write as its client knows it. Monotonic milliseconds. */
export interface AttemptedWrite {
  readonly id: string;
  readonly hash: string;
  readonly outcome: Outcome;
  readonly invoked: number;
  readonly completed: number;
}

/** What a restored server has. */
export interface FoundWrite {
  readonly id: string;
  readonly hash: string;
}

/**
 * Holds what a restored server has of a ledger's writes against what was acknowledged. `upTo` is the moment whose
 * state was restored, on the ledger's clock.
 *
 * Missing: acknowledged before it, and not there. Too far: begun only after it, and there. What was under way around
 * it may be there or not. Foreign: never attempted. Changed: there with another hash, or more than once.
 */
export function againstLedger(
  writes: readonly AttemptedWrite[],
  found: readonly FoundWrite[],
  upTo: Bounds,
): readonly BackupCheck[] {
  const known = new Map(writes.map((write) => [write.id, write]));
  const there = new Set(found.map((item) => item.id));
  const due = writes.filter((write) => write.outcome === 'ok' && write.completed <= upTo.low);
  const missing = due.filter((write) => !there.has(write.id));
  const tooFar = writes.filter((write) => write.invoked > upTo.high && there.has(write.id));
  const foreign = found.filter((item) => !known.has(item.id));
  const changed = found.filter((item) => known.has(item.id) && known.get(item.id)?.hash !== item.hash);
  const repeated = found.length - there.size;
  const wrong = [
    missing.length > 0 ? `${missing.length} of ${due.length} acknowledged writes are missing` : '',
    tooFar.length > 0 ? `${tooFar.length} are there that were begun only afterwards` : '',
    foreign.length > 0 ? `${foreign.length} are there that nobody wrote` : '',
    changed.length > 0 ? `${changed.length} are not what was written` : '',
    repeated > 0 ? `${repeated} are there more than once` : '',
  ].filter((one) => one !== '');
  const name = 'ledger';
  if (wrong.length > 0) return [{ name, outcome: 'broken', detail: wrong.join('; ') }];
  return due.length === 0
    ? [{ name, outcome: 'not-run', detail: 'no write was acknowledged before the moment that was restored' }]
    : [
        {
          name,
          outcome: 'held',
          detail: `all ${due.length} writes that were acknowledged by then, and no others`,
        },
      ];
}
