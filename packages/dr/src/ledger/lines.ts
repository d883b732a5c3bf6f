import type { Found, Outcome, WriteKey } from './writes.ts';

/*
 * The lines of a ledger's file: JSON, each in one fixed form, so that `scan.ts` can read a thousand million bytes of them
 * in seconds. Times are whole microseconds since the `at` of the first line. A request is so many writes (`count`) of a
 * worker, from `sequence` on.
 *
 *   {"type":"ledger","at":…}                      the first line; `at` in monotonic milliseconds
 *   ["i",at,worker,sequence,count,worker,…]       intents of requests, on disk before any of them is sent
 *   ["o",worker,sequence,count,"ok",completed,took]
 *                                                 what came of a request; behind it its detail, unless it is ok
 *   ["p",reading,worker,sequence,worker,…]        writes that a reading found
 *   ["c",reading,worker,sequence]                 a write that it found with another payload
 *   ["x",reading,"id"]                            what it found and is none of this ledger's
 *   {"type":"reading","reading":…,"begun":…,"completed":…}   the end of a reading; without it, it counts for nothing
 *   {"type":"sum",…}                              how many of each the lines before are
 *   {"type":"self",…}                             what the observer says of itself
 */

export interface LedgerHeader {
  readonly type: 'ledger';
  readonly at: number;
  readonly collection: string;
}

/** By it a reader knows that nothing is missing. */
export interface LedgerSum {
  readonly type: 'sum';
  readonly intents: number;
  readonly outcomes: number;
  readonly found: number;
  readonly readings: number;
}

export interface ReadingEnd {
  readonly type: 'reading';
  readonly reading: number;
  readonly begun: number;
  readonly completed: number;
}

/** Microseconds since `origin`, both given in milliseconds. */
export function since(origin: number, ms: number): number {
  return Math.round((ms - origin) * 1000);
}

/** The intents of requests, each given by its writes: they follow one another, and there is at least one. */
export function intentsLine(requests: readonly (readonly WriteKey[])[], at: number): string {
  let all = '';
  for (const keys of requests) all += `,${requestOf(keys)}`;
  return `["i",${at}${all}]\n`;
}

export function outcomeLine(
  keys: readonly WriteKey[],
  outcome: Outcome,
  completed: number,
  took: number,
  detail: string,
): string {
  const why = outcome === 'ok' ? '' : `,${JSON.stringify(detail)}`;
  return `["o",${requestOf(keys)},"${outcome}",${completed},${took}${why}]\n`;
}

function requestOf(keys: readonly WriteKey[]): string {
  const [first] = keys;
  if (first === undefined) throw new Error('A request has at least one write.');
  return `${first.worker},${first.sequence},${keys.length}`;
}

/** A page of a reading, and how many finds are in it. */
export function foundLines(reading: number, page: readonly Found[]): string {
  let good = '';
  let others = '';
  for (const one of page) {
    if (one.key === null) others += `["x",${reading},${JSON.stringify(one.id)}]\n`;
    else if (one.corrupt) others += `["c",${reading},${one.key.worker},${one.key.sequence}]\n`;
    else good += `,${one.key.worker},${one.key.sequence}`;
  }
  return (good === '' ? '' : `["p",${reading}${good}]\n`) + others;
}
