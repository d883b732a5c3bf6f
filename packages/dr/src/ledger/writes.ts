/** Which write of a ledger this is. */
export interface WriteKey {
  readonly worker: number;
  /** Counts up by one within the worker, which never has two requests under way at once. */
  readonly sequence: number;
}

/**
 * `ok` acknowledged; `fail` provably not applied (refused before it was sent, or rejected by the platform); `info`
 * unknown: everything in doubt.
 */
export type Outcome = 'ok' | 'fail' | 'info';

/** What came of a request, which is what came of every write in it. Monotonic milliseconds. */
export interface Written {
  readonly sent: number;
  readonly completed: number;
  readonly outcome: Outcome;
  /** Why, in a word or two. */
  readonly detail: string;
  /** The observer's own limit, which says nothing of the platform. */
  readonly trouble?: string;
}

/** What a reading found: a write of this ledger, or a stranger, by its id. */
export type Found =
  { readonly key: WriteKey; readonly corrupt: boolean } | { readonly key: null; readonly id: string };

/** A write's id, which all of its places know it by. */
export function idOf(collection: string, { worker, sequence }: WriteKey): string {
  return `${collection}-${worker}-${sequence}`;
}

/** The write that an id is of; null when it is of none of this collection. */
export function keyOf(collection: string, id: string): WriteKey | null {
  if (!id.startsWith(collection)) return null;
  const match = /^-(0|[1-9]\d{0,8})-(0|[1-9]\d{0,9})$/.exec(id.slice(collection.length));
  return match === null ? null : { worker: Number(match[1]), sequence: Number(match[2]) };
}
