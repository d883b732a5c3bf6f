import { z } from 'zod';
import type { Result } from '@ordeal/shared/platform/diagnostics';
import { parseConfig } from '../parse.ts';

const argv = z.array(z.string()).min(1);
const connection = z
  .string()
  .regex(/^postgres(ql)?:\/\//, 'a connection string that begins with postgresql://');
const directory = z.string().startsWith('/', 'an absolute path');

const node = z.strictObject({
  name: z.string().regex(/^[a-z0-9_-]+$/, 'small letters, digits, - and _ only'),
  region: z.string().min(1),
  url: connection,
  dataDir: directory,
  binDir: directory,
  upstreamUrl: connection,
  slot: z.string().regex(/^[a-z0-9_]+$/, 'small letters, digits and _ only, as PostgreSQL wants slots named'),
  runAs: z.strictObject({ uid: z.int().nonnegative(), gid: z.int().nonnegative() }).optional(),
  service: z.strictObject({ start: argv, stop: argv }),
});

const store = z.strictObject({
  nodes: z
    .array(node)
    .length(2, 'exactly two nodes: a primary and its standby')
    .refine(
      (nodes) => new Set(nodes.map((one) => one.name)).size === nodes.length,
      'nodes with different names',
    )
    .refine(
      (nodes) => new Set(nodes.map((one) => one.dataDir)).size === nodes.length,
      'nodes with different data directories',
    ),
  synchronous: z.boolean().default(false),
});

/** One PostgreSQL server whose files are on this machine. */
export interface PostgresNode {
  readonly name: string;
  readonly region: string;
  /** Superuser's connection string, straight to this server. */
  readonly url: string;
  readonly dataDir: string;
  /** Where `pg_basebackup` and `pg_controldata` of the server's own version are. */
  readonly binDir: string;
  /** How this node connects to the other one to replicate from it. */
  readonly upstreamUrl: string;
  /** The physical replication slot that this node uses on its upstream. */
  readonly slot: string;
  /** Who owns the server's files; absent when that is whoever runs this. */
  readonly runAs?: { readonly uid: number; readonly gid: number } | undefined;
  /** Commands that start and stop the server. `stop` must be PostgreSQL's fast shutdown. */
  readonly service: { readonly start: readonly string[]; readonly stop: readonly string[] };
}

export interface PostgresStoreConfig {
  readonly nodes: readonly PostgresNode[];
  /**
   * Whether commits are meant to wait for the standby. The driver then empties `synchronous_standby_names`
   * when a node becomes primary without a standby, where every commit would wait for ever, and names the
   * standby in it as soon as that streams.
   */
  readonly synchronous: boolean;
}

/** Checks a `postgres` store's configuration as a platform file states it. */
export function parsePostgresStore(raw: unknown, path: string): Result<PostgresStoreConfig> {
  return parseConfig(
    store,
    raw,
    path,
    'a postgres store has nodes: [{ name, region, url, dataDir, binDir, upstreamUrl, slot, runAs?, service: { start, stop } }] and synchronous?',
  );
}
