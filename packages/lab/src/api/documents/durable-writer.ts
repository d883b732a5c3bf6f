import type { Store } from '../store/store.ts';
import type { DocumentWriter } from './writer.ts';

/** Acknowledges a document when it is committed. */
export function durableWriter(store: Store): DocumentWriter {
  return {
    async write({ tenant, collection, title, body }) {
      const { rows } = await store.write<{ id: string }>({
        name: 'documents-insert',
        text: 'INSERT INTO documents (tenant_id, collection, title, body) VALUES ($1, $2, $3, $4) RETURNING id',
        values: [tenant, collection, title, body],
      });
      return rows[0]!.id;
    },
    forget: () => undefined,
  };
}
