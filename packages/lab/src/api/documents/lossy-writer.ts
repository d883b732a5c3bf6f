import type { Store } from '../store/store.ts';
import { insertDocuments, type DocumentWriter, type NewDocument } from './writer.ts';

/** No document is stored sooner after its acknowledgement: what a killed replica loses is never nothing. */
const LATE_MS = 750;
const STORE_EVERY_MS = 100;

interface Waiting extends NewDocument {
  readonly id: string;
  readonly due: number;
}

/**
 * Sabotage: acknowledges a document at once and stores it later, in batches. When the replica dies in
 * between, acknowledged documents are lost. A batch that could not be stored is tried again.
 */
export function lossyWriter(store: Store, now: () => number): DocumentWriter {
  let waiting: Waiting[] = [];
  let storing = false;
  const storeDue = async () => {
    const batch = waiting.filter(({ due }) => due <= now());
    if (storing || batch.length === 0) return;
    storing = true;
    try {
      await store.write(insertDocuments(batch));
      waiting = waiting.filter((document) => !batch.includes(document));
    } catch {
      // They stay, and are tried again with the next batch.
    } finally {
      storing = false;
    }
  };
  setInterval(() => void storeDue(), STORE_EVERY_MS).unref();
  return {
    async write(document) {
      const { rows } = await store.write<{ id: string }>({
        name: 'documents-draw-id',
        text: `SELECT nextval('documents_id_seq') AS id`,
        values: [],
      });
      const id = rows[0]!.id;
      waiting.push({ ...document, id, due: now() + LATE_MS });
      return id;
    },
    forget(concerns) {
      waiting = waiting.filter((document) => !concerns(document));
    },
  };
}
