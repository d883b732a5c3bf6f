import { z } from 'zod';
import type { Result } from '@ordeal/shared/platform/diagnostics';
import { parseConfig } from '../parse.ts';

const argv = z.array(z.string()).min(1);

const node = z.strictObject({
  name: z.string().min(1),
  region: z.string().min(1),
  member: z.string().min(1).optional(),
  api: z.url({ protocol: /^https?$/, error: 'the address of the REST API, with http:// or https://' }),
  url: z.string().regex(/^postgres(ql)?:\/\//, 'a connection string that begins with postgresql://'),
  service: z.strictObject({ start: argv, stop: argv }).optional(),
});

const store = z.strictObject({
  scope: z.string().min(1),
  systemIdentifier: z.string().regex(/^\d+$/, 'the digits that pg_controldata shows').optional(),
  nodes: z
    .array(node)
    .min(2, 'at least two nodes')
    .refine(
      (nodes) => new Set(nodes.map((one) => one.name)).size === nodes.length,
      'nodes with different names',
    ),
  user: z.strictObject({ name: z.string().min(1), passwordFile: z.string().startsWith('/') }).optional(),
  ca: z.string().startsWith('/', 'an absolute path').optional(),
  promoteWithinSeconds: z.number().positive().default(120),
});

/** One member of a Patroni cluster. */
export interface PatroniNode {
  readonly name: string;
  readonly region: string;
  /** What the member is called in Patroni. */
  readonly member: string;
  /** Origin of its REST API. */
  readonly api: string;
  /** Connection string straight to its PostgreSQL; the user may connect and read the server's settings. */
  readonly url: string;
  /**
   * Commands that start and stop the member. `stop` must leave neither Patroni nor PostgreSQL running, whatever
   * state they are in, and must keep them off until `start`, also when the machine is started again.
   */
  readonly service?: { readonly start: readonly string[]; readonly stop: readonly string[] } | undefined;
}

export interface PatroniStoreConfig {
  /** The cluster's name in Patroni. A member of another cluster is never touched. */
  readonly scope: string;
  /** PostgreSQL's `system_identifier`. A member of another system is never touched. */
  readonly systemIdentifier?: string | undefined;
  readonly nodes: readonly PatroniNode[];
  /** Who may change the cluster through the REST API, where it asks for that. */
  readonly user?: { readonly name: string; readonly passwordFile: string } | undefined;
  /** PEM file of who signed the API's certificates, where that is not a public one. */
  readonly ca?: string | undefined;
  /** How long a promotion may take: longer than the leader lock's `ttl`, which a dead leader holds so long. */
  readonly promoteWithinSeconds: number;
}

/** Checks a `patroni` store's configuration as a platform file states it. */
export function parsePatroniStore(raw: unknown, path: string): Result<PatroniStoreConfig> {
  const parsed = parseConfig(
    store,
    raw,
    path,
    'a patroni store has scope, nodes: [{ name, region, api, url, member?, service?: { start, stop } }], ' +
      'systemIdentifier?, user?: { name, passwordFile }, ca? and promoteWithinSeconds?',
  );
  if (!parsed.ok) return parsed;
  const { nodes } = parsed.value;
  return {
    ok: true,
    value: { ...parsed.value, nodes: nodes.map((one) => ({ ...one, member: one.member ?? one.name })) },
  };
}
