import type { App } from '../../app.ts';
import { search } from '../../search.ts';

/** Search results are kept for seven days; an hour is more than a lab ever sees. */
const TTL_MS = 3_600_000;

export interface Found {
  readonly papers: readonly { readonly id: string; readonly title: string }[];
  readonly cached: boolean;
}

/** Finds papers, from the cache where they were looked for before. */
export interface Finder {
  find(tenant: string, query: string): Promise<Found>;
  /** How often this worker found an answer in the cache, and how often not. */
  readonly counts: { hits: number; misses: number };
}

export function createFinder({ store, cache }: App): Finder {
  const counts = { hits: 0, misses: 0 };
  return {
    counts,
    async find(tenant, query) {
      const key = `search:${tenant}:${query}`;
      const known = await cache.get<Found['papers']>(key);
      counts[known === undefined ? 'misses' : 'hits'] += 1;
      if (known !== undefined) return { papers: known, cached: true };
      const hits = await search(store, tenant, query, undefined, 3);
      const papers = hits.map(({ id, title }) => ({ id, title }));
      await cache.set(key, papers, TTL_MS);
      return { papers, cached: false };
    },
  };
}
