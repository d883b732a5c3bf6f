import type { Store } from './store/store.ts';

/** A document that was found; `rank` is PostgreSQL's ts_rank. */
export interface Hit extends Record<string, unknown> {
  readonly id: string;
  readonly collection: string;
  readonly title: string;
  readonly body: string;
  readonly rank: number;
}

/** Full-text search in a tenant's knowledge base, best hits first; `whose` bounds it to the tenant. Without a collection it searches all. */
export function search(
  store: Store,
  tenant: string,
  query: string,
  collection: string | undefined,
  limit: number,
  whose = 'tenant_id = $1',
): Promise<readonly Hit[]> {
  return store.read<Hit>({
    // One name stands for one statement.
    name: `documents-search ${whose}`,
    text: `SELECT id, collection, title, body, ts_rank(search, query) AS rank
      FROM documents, websearch_to_tsquery('english', $2) AS query
      WHERE ${whose} AND search @@ query AND ($3::text IS NULL OR collection = $3)
      ORDER BY rank DESC, id LIMIT $4`,
    values: [tenant, query, collection ?? null, limit],
  });
}
