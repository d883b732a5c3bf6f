import type { Found, WriteKey, Written } from '../writes.ts';

/** Where a ledger writes, and reads everything back from: one way a file. */
export interface LedgerStore {
  /** Writes that a worker sends in one request, and that share what comes of it. */
  readonly writesPerRequest: number;
  /** Makes ready what must be there before the first write; rejects when it cannot. */
  prepare(): Promise<void>;
  /** Never rejects. A worker has one request under way at most. */
  write(keys: readonly WriteKey[]): Promise<Written>;
  /**
   * Goes over the whole set once, page by page, and waits for each page to be taken. Rejects when it cannot be read to
   * its end by `deadline` (monotonic ms): a set that could not be read is not an empty set.
   */
  read(deadline: number, take: (page: readonly Found[]) => Promise<void>): Promise<void>;
  closeAll(): void;
}

/** Reading again would only end the same way. */
export class Unreadable extends Error {}
