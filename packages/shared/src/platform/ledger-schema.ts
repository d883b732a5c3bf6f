import { z } from 'zod';
import { lazily } from '../lazily.ts';
import { mostWritesPerCommit } from './ledger-spec.ts';
import { postgresUrl, redisUrl, requestTemplate, status, text } from './platform-parts.ts';

/** A ledger of a platform file. Without a `kind` it goes through the platform's API, as the first ones did. */
export const ledgerSchema = lazily(() =>
  z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('http').optional(),
      write: requestTemplate(),
      acknowledged: z.array(status).min(1),
      rejected: z.array(status),
      read: requestTemplate().extend({ items: text, id: text, payload: text, next: text }),
      clear: requestTemplate(),
    }),
    z.strictObject({
      kind: z.literal('postgres'),
      url: postgresUrl(),
      table: z
        .string()
        .regex(/^[a-z_][a-z0-9_]{0,62}(\.[a-z_][a-z0-9_]{0,62})?$/, 'a table, with its schema if need be')
        .optional(),
      writesPerCommit: z.number().int().min(1).max(mostWritesPerCommit).optional(),
    }),
    z.strictObject({
      kind: z.literal('redis'),
      url: redisUrl(),
      prefix: text.optional(),
      replicas: z.number().int().nonnegative().optional(),
    }),
  ]),
);
