import type { RequestTemplate } from './request-template.ts';

/** How the ledger writes, and reads everything back. */
export type LedgerSpec = HttpLedger | PostgresLedger | RedisLedger;

/** Through the platform's own API. */
export interface HttpLedger {
  readonly kind?: 'http';
  readonly write: RequestTemplate;
  /** Statuses that acknowledge a write. */
  readonly acknowledged: readonly number[];
  /** Statuses that prove that it was not applied. Everything else is unknown. */
  readonly rejected: readonly number[];
  /** Pages: `items` names the array, `id` and `payload` its fields, `next` the field of the next cursor. */
  readonly read: RequestTemplate & {
    readonly items: string;
    readonly id: string;
    readonly payload: string;
    readonly next: string;
  };
  readonly clear: RequestTemplate;
}

/** So many writes may share a transaction at most. */
export const mostWritesPerCommit = 1000;

/** Straight into PostgreSQL, by the address that the platform's own clients use. */
export interface PostgresLedger {
  readonly kind: 'postgres';
  /** Secret: it appears in no message, and in no file but the run's undo entry, which is for its owner alone. */
  readonly url: string;
  /** Made when it is not there, and then dropped again. Default: `ordeal_ledger`. */
  readonly table?: string;
  /** Writes that share a transaction. Default: 1. */
  readonly writesPerCommit?: number;
}

/** Straight into Redis, into a stream of each run's own. */
export interface RedisLedger {
  readonly kind: 'redis';
  /** Secret: it appears in no message, and in no file but the run's undo entry, which is for its owner alone. */
  readonly url: string;
  /** Goes before the names of its streams. Default: `ordeal:ledger:`. */
  readonly prefix?: string;
  /**
   * A write counts as acknowledged only when so many replicas have it, too (`WAIT`). Default: 0, which is what plain
   * Redis clients do.
   */
  readonly replicas?: number;
}
