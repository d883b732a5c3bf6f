import { isIPv4, isIPv6 } from 'node:net';
import { z } from 'zod';
import type { Result } from '@ordeal/shared/platform/diagnostics';
import { parseConfig } from '../parse.ts';

const server = z.string().regex(/^(\[[0-9a-f:.]+\]|[^:\s]+)(:\d+)?$/i, 'host, host:port or [IPv6]:port');
const domain = z
  .string()
  .regex(/^([a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?$/i, 'a domain name')
  .transform((name) => name.toLowerCase().replace(/\.$/, ''));

const route = z
  .strictObject({
    zone: domain,
    name: domain,
    type: z.enum(['A', 'AAAA', 'CNAME']),
    ttl: z.int().min(0).max(86_400).optional(),
    regions: z
      .record(z.string().min(1), z.array(z.string().min(1)).min(1))
      .refine((regions) => Object.keys(regions).length > 0, 'at least one region with its addresses'),
    servers: z.array(server).min(1, 'at least one authoritative server'),
    resolvers: z.array(server).default([]),
    update: z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('rfc2136'),
        tsig: z
          .strictObject({
            name: domain,
            algorithm: z.enum(['hmac-sha256', 'hmac-sha384', 'hmac-sha512']).default('hmac-sha256'),
            secretFile: z.string().startsWith('/', 'an absolute path'),
          })
          .optional(),
      }),
      z.strictObject({
        kind: z.literal('command'),
        argv: z.array(z.string()).min(1),
        timeoutSeconds: z.number().positive().default(60),
      }),
    ]),
    updatesIn: z.string().min(1).optional(),
    shownWithinSeconds: z.number().positive().default(60),
    health: z
      .strictObject({
        url: z.string().regex(/^https?:\/\/.*\{\{address\}\}/, 'an address that has {{address}} in it'),
        timeoutSeconds: z.number().positive().default(1),
      })
      .optional(),
  })
  .superRefine((value, context) => {
    const fits = { A: isIPv4, AAAA: isIPv6, CNAME: (one: string) => domain.safeParse(one).success }[
      value.type
    ];
    const seen = new Map<string, string>();
    for (const [region, addresses] of Object.entries(value.regions)) {
      for (const [index, address] of addresses.entries()) {
        const told = (message: string): void =>
          context.addIssue({ code: 'custom', message, path: ['regions', region, index] });
        if (!fits(address)) told(`what a record of type ${value.type} holds`);
        const other = seen.get(address);
        if (other !== undefined) told(`an address that no other region has (${other} has it)`);
        seen.set(address, region);
      }
      if (value.type === 'CNAME' && addresses.length > 1) {
        context.addIssue({
          code: 'custom',
          message: 'one name: a CNAME leads to one',
          path: ['regions', region],
        });
      }
    }
    if (value.updatesIn !== undefined && !(value.updatesIn in value.regions)) {
      context.addIssue({ code: 'custom', message: 'a region of the route', path: ['updatesIn'] });
    }
    if (value.name !== value.zone && !value.name.endsWith(`.${value.zone}`)) {
      context.addIssue({ code: 'custom', message: `a name in the zone ${value.zone}`, path: ['name'] });
    }
  });

/** How the zone is changed: by RFC 2136, signed by TSIG, or by a command of whoever holds the zone. */
export type DnsUpdate =
  | { readonly kind: 'rfc2136'; readonly tsig?: TsigKey | undefined }
  | {
      readonly kind: 'command';
      /** `{{name}}`, `{{type}}`, `{{ttl}}`, `{{addresses}}` and `{{regions}}` are filled in; lists with commas. */
      readonly argv: readonly string[];
      readonly timeoutSeconds: number;
    };

export interface TsigKey {
  readonly name: string;
  readonly algorithm: 'hmac-sha256' | 'hmac-sha384' | 'hmac-sha512';
  /** The secret in base64, alone or as in a key file of BIND. */
  readonly secretFile: string;
}

export interface DnsRouteConfig {
  readonly zone: string;
  /** The one record that leads clients to regions. */
  readonly name: string;
  readonly type: 'A' | 'AAAA' | 'CNAME';
  /** Seconds that an answer may be kept. Without it, what the record has is left. */
  readonly ttl?: number | undefined;
  readonly regions: Readonly<Record<string, readonly string[]>>;
  /** Authoritative servers of the zone. The first one takes the updates; all of them that answer have to show it. */
  readonly servers: readonly string[];
  /** Resolvers that clients use: what they still answer from their caches is shown. */
  readonly resolvers: readonly string[];
  readonly update: DnsUpdate;
  /** The region without which nobody takes updates, where that is in one. */
  readonly updatesIn?: string | undefined;
  /** How long the authoritative servers may take to show a change. */
  readonly shownWithinSeconds: number;
  /** A page of each address that answers with a status under 400 while the address is healthy. DNS itself knows none. */
  readonly health?: { readonly url: string; readonly timeoutSeconds: number } | undefined;
}

/** Checks a `dns` route's configuration as a platform file states it. */
export function parseDnsRoute(raw: unknown, path: string): Result<DnsRouteConfig> {
  return parseConfig(
    route,
    raw,
    path,
    'a dns route has zone, name, type, regions: { <region>: [<address>] }, servers, update: { kind: "rfc2136", ' +
      'tsig? } or { kind: "command", argv }, ttl?, resolvers?, updatesIn?, shownWithinSeconds? and health?: { url }',
  );
}
