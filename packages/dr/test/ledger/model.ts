/** One write of the ledger, with what its client knows of it. Monotonic milliseconds. */
export interface LedgerWrite {
  readonly id: string;
  readonly worker: number;
  /** Counts up by one within the worker, which never has two writes under way at once. */
  readonly sequence: number;
  /** Of the payload, as `payloadHash` makes it. */
  readonly hash: string;
  /**
   * `ok` acknowledged; `fail` provably not applied (refused before it was sent, or rejected by the platform);
   * `info` unknown: everything in doubt.
   */
  readonly outcome: 'ok' | 'fail' | 'info';
  readonly invoked: number;
  /** When the outcome was known; Infinity when it never was (the writer died). */
  readonly completed: number;
}

/** Everything that one pass over all pages gave. Monotonic milliseconds. */
export interface LedgerReading {
  /** Before its first page was asked for, and when its last one was there. */
  readonly begun: number;
  readonly completed: number;
  readonly items: readonly LedgerItem[];
}

export interface LedgerItem {
  readonly id: string;
  readonly hash: string;
}
