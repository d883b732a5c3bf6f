/**
 * The database could not be used.
 * `applied: 'no'` means that the statement has provably not been done; `'unknown'` that it may have been.
 */
export class StoreUnavailable extends Error {
  readonly applied: 'no' | 'unknown';

  constructor(message: string, applied: 'no' | 'unknown', cause?: unknown) {
    super(message, { cause });
    this.applied = applied;
  }
}

/** SQLSTATEs after which the statement was not done, and the node is not (or no more) the one to ask. */
const REFUSED = new Set([
  '25006', // read-only: it is a standby
  '57P03', // starting up or shutting down
  '53300', // too many connections
  '57014', // statement timeout: cancelled before the commit
]);

/** SQLSTATE classes of a connection that was lost while the statement was under way. */
const LOST = /^(08|57P)/;

/** Turns an error of the driver into `StoreUnavailable` where the store is to blame; others stay as they are. */
export function classify(error: unknown): Error {
  if (error instanceof StoreUnavailable) return error;
  const { code, message } = error as { code?: unknown; message: string };
  const sqlState = typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
  if (sqlState === undefined) return new StoreUnavailable(message, 'unknown', error);
  if (REFUSED.has(sqlState)) return new StoreUnavailable(message, 'no', error);
  if (LOST.test(sqlState)) return new StoreUnavailable(message, 'unknown', error);
  return error as Error;
}
