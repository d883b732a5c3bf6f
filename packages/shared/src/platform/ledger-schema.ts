import { z } from 'zod';
import { requestTemplate, status, text } from './platform-parts.ts';

/** A ledger of a platform file. Without a `kind` it goes through the platform's API, as the first ones did. */
export const ledgerSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('http').optional(),
    write: requestTemplate,
    acknowledged: z.array(status).min(1),
    rejected: z.array(status),
    read: requestTemplate.extend({ items: text, id: text, payload: text, next: text }),
    clear: requestTemplate,
  }),
]);
