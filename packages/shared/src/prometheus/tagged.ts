import type { RawSeries } from './reading.ts';

/** Label that says which of several queries a series answers. */
const TAG = 'ordeal';
/** Queries sent as one; and their length, as servers and proxies bound what they take. */
const MOST_AT_ONCE = 30;
const MOST_CHARACTERS = 30_000;

export interface Tagged {
  readonly tag: string;
  /** PromQL of an instant vector. */
  readonly query: string;
}

/** Several queries as one, whose answers are told apart by their tag. Tags are plain words or numbers. */
export function taggedQuery(queries: readonly Tagged[]): string {
  return queries.map(({ tag, query }) => `label_replace(${query}, "${TAG}", "${tag}", "", "")`).join(' or ');
}

/** Splits queries into batches that can be sent as one each. */
export function batchesOf<T extends Tagged>(queries: readonly T[]): readonly (readonly T[])[] {
  const batches: T[][] = [];
  let length = Infinity;
  for (const one of queries) {
    const last = batches.at(-1);
    if (last === undefined || last.length >= MOST_AT_ONCE || length + one.query.length > MOST_CHARACTERS) {
      batches.push([one]);
      length = one.query.length;
    } else {
      last.push(one);
      length += one.query.length;
    }
  }
  return batches;
}

/** What answers the query with the tag. A query without any element has none. */
export function seriesTagged(series: readonly RawSeries[], tag: string): readonly RawSeries[] {
  return series.filter(({ labels }) => labels[TAG] === tag);
}

export function tagOf(series: RawSeries): string | undefined {
  return series.labels[TAG];
}
