import { z } from 'zod';
import { lazily } from '../lazily.ts';
import { headers, name, postgresUrl, redisUrl, requestTemplate, status, text } from './platform-parts.ts';

const stream = { name, connection: z.enum(['pooled', 'fresh']) };

const entryStream = { keepsName: z.enum(['for its TTL', 'not at all', 'for ever']).optional() };

/** A probe of a platform file. Without a `kind` it is an HTTP probe, as the first ones were. */
export const probeSchema = lazily(() =>
  z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('http').optional(),
      ...stream,
      ...entryStream,
      request: requestTemplate(),
      expectStatus: status,
    }),
    z.strictObject({
      kind: z.literal('websocket'),
      ...stream,
      ...entryStream,
      path: z.string().startsWith('/'),
      headers: headers.optional(),
      send: text,
      expect: text,
    }),
    z.strictObject({
      kind: z.literal('sessions'),
      name,
      connection: z.literal('pooled'),
      ...entryStream,
      sessions: z.int().min(1).max(500),
      login: requestTemplate().optional(),
      path: z.string().startsWith('/'),
      headers: headers.optional(),
      send: text,
      expect: text,
    }),
    z.strictObject({ kind: z.literal('postgres'), ...stream, url: postgresUrl(), sql: text }),
    z.strictObject({ kind: z.literal('redis'), ...stream, url: redisUrl(), command: z.array(text).min(1) }),
  ]),
);
