import { isIP } from 'node:net';
import { z } from 'zod';
import { headers, name, postgresUrl, redisUrl, requestTemplate, status, text } from './platform-parts.ts';

const stream = { name, connection: z.enum(['pooled', 'fresh']) };

const nameServer = z.string().refine((address) => {
  const [, bracketed, plain = address, port = '53'] =
    /^(?:\[(.+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(address) ?? [];
  return isIP(bracketed ?? plain) !== 0 && Number(port) >= 1 && Number(port) <= 65_535;
}, 'an IP address, with a port where that is not 53 (10.0.0.2 or 10.0.0.2:5353)');

const names = z.strictObject({
  servers: z.array(nameServer).min(1),
  keeps: z.enum(['for its TTL', 'for ever']),
});

/** A probe of a platform file. Without a `kind` it is an HTTP probe, as the first ones were. */
export const probeSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('http').optional(),
    ...stream,
    request: requestTemplate,
    expectStatus: status,
    names: names.optional(),
  }),
  z.strictObject({
    kind: z.literal('websocket'),
    ...stream,
    path: z.string().startsWith('/'),
    headers: headers.optional(),
    send: text,
    expect: text,
  }),
  z.strictObject({
    kind: z.literal('sessions'),
    name,
    connection: z.literal('pooled'),
    sessions: z.int().min(1).max(500),
    login: requestTemplate.optional(),
    path: z.string().startsWith('/'),
    headers: headers.optional(),
    send: text,
    expect: text,
  }),
  z.strictObject({ kind: z.literal('postgres'), ...stream, url: postgresUrl, sql: text }),
  z.strictObject({ kind: z.literal('redis'), ...stream, url: redisUrl, command: z.array(text).min(1) }),
]);
