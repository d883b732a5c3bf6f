import { z } from 'zod';
import type { Result } from '@ordeal/shared/platform/diagnostics';
import { parseConfig } from '../parse.ts';

const route = z.strictObject({
  socket: z.string().startsWith('/', 'an absolute path'),
  backend: z.string().min(1),
  servers: z
    .record(z.string().min(1), z.string().min(1))
    .refine((servers) => Object.keys(servers).length > 0, 'at least one server with its region'),
  healthyWithinSeconds: z.number().positive().default(30),
  configFile: z.string().startsWith('/', 'an absolute path').optional(),
});

export interface HaproxyRouteConfig {
  /** HAProxy's runtime socket, with `level admin`. */
  readonly socket: string;
  readonly backend: string;
  /** Every server of the backend, and the region that it is in. */
  readonly servers: Readonly<Record<string, string>>;
  /** How long a region that is to get traffic may take until all its servers pass their health checks. */
  readonly healthyWithinSeconds: number;
  /** Its configuration, where it can be read here: what its check intervals say is set against what was measured. */
  readonly configFile?: string | undefined;
}

/** Checks a `haproxy` route's configuration as a platform file states it. */
export function parseHaproxyRoute(raw: unknown, path: string): Result<HaproxyRouteConfig> {
  return parseConfig(
    route,
    raw,
    path,
    'a haproxy route has socket, backend, servers: { <server>: <region> } healthyWithinSeconds? and configFile?',
  );
}
