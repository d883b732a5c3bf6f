import type { Statement } from '../store/node.ts';

export interface NewDocument {
  readonly tenant: string;
  readonly collection: string;
  readonly title: string;
  readonly body: string;
}

/** Stores documents. */
export interface DocumentWriter {
  /** Resolves with the document's id when the write may be acknowledged. */
  write(document: NewDocument): Promise<string>;
  /** Called when documents are deleted: what is not stored yet must not come after. */
  forget(concerns: (document: NewDocument) => boolean): void;
}

/** Stores documents under the ids that were drawn for them; those that are stored already are left out. */
export function insertDocuments(documents: readonly (NewDocument & { readonly id: string })[]): Statement {
  return {
    name: 'documents-insert-many',
    text: `INSERT INTO documents (id, tenant_id, collection, title, body)
      SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[])
      ON CONFLICT (id) DO NOTHING`,
    values: [
      documents.map(({ id }) => id),
      documents.map(({ tenant }) => tenant),
      documents.map(({ collection }) => collection),
      documents.map(({ title }) => title),
      documents.map(({ body }) => body),
    ],
  };
}
