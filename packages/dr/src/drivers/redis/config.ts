import { z } from 'zod';
import type { Result } from '@ordeal/shared/platform/diagnostics';
import { parseConfig } from '../parse.ts';

const argv = z.array(z.string()).min(1);

const node = z.strictObject({
  name: z.string().min(1),
  region: z.string().min(1),
  url: z.string().regex(/^rediss?:\/\/[^/]+/, 'an address that begins with redis:// or rediss://'),
  replicaUrl: z
    .string()
    .regex(/^rediss?:\/\/[^/]+/, 'an address that begins with redis:// or rediss://')
    .optional(),
  configFile: z.string().startsWith('/', 'an absolute path').optional(),
  service: z.strictObject({ start: argv, stop: argv }).optional(),
});

const store = z.strictObject({
  nodes: z
    .array(node)
    .min(2, 'at least two nodes')
    .refine(
      (nodes) => new Set(nodes.map((one) => one.name)).size === nodes.length,
      'nodes with different names',
    )
    .refine(
      (nodes) => new Set(nodes.map((one) => one.url)).size === nodes.length,
      'nodes with different addresses',
    ),
  catchUpWithinSeconds: z.number().positive().default(60),
});

/** One Redis server. */
export interface RedisNode {
  readonly name: string;
  readonly region: string;
  /** `redis://[user:password@]host:port`, straight to this server; its user may change the server's role. */
  readonly url: string;
  /** Where the other nodes find it, when that is another address. Its user and password are those of replication. */
  readonly replicaUrl?: string | undefined;
  /**
   * Its configuration file, when that is on this machine. Then it can be fenced while it does not run. A server that
   * answers rewrites the file by itself.
   */
  readonly configFile?: string | undefined;
  /** Commands that start and stop the server. `stop` must stop it whatever state it is in. */
  readonly service?: { readonly start: readonly string[]; readonly stop: readonly string[] } | undefined;
}

export interface RedisStoreConfig {
  readonly nodes: readonly RedisNode[];
  /** How long a replica may take to have everything, in a switchover and in a rejoin. */
  readonly catchUpWithinSeconds: number;
}

/** Checks a `redis` store's configuration as a platform file states it. */
export function parseRedisStore(raw: unknown, path: string): Result<RedisStoreConfig> {
  return parseConfig(
    store,
    raw,
    path,
    'a redis store has nodes: [{ name, region, url, replicaUrl?, configFile?, service?: { start, stop } }] and ' +
      'catchUpWithinSeconds?',
  );
}

/** Host, port, user and password in a node's address. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly tls: boolean;
}

export function addressOf(url: string): RedisAddress {
  const { hostname, port, username, password, protocol } = new URL(url);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 6379 : Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    tls: protocol === 'rediss:',
  };
}
