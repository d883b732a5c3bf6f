import type { FastifyInstance } from 'fastify';
import type { Sabotage } from '../sabotage.ts';
import type { Cache } from './cache.ts';
import type { DocumentWriter } from './documents/writer.ts';
import type { Readiness } from './readiness.ts';
import type { Store } from './store/store.ts';
import type { Tenants } from './tenants.ts';

/** What the routes work with. */
export interface App {
  /** As the load balancer calls it. */
  readonly replica: string;
  readonly store: Store;
  readonly cache: Cache;
  readonly readiness: Readiness;
  readonly tenants: Tenants;
  readonly documents: DocumentWriter;
  readonly sabotage: readonly Sabotage[];
  /** Puts the platform's limits before the routes that are added to it afterwards. */
  readonly limit: (scope: FastifyInstance) => void;
  /** Puts a tenant's share of work that takes long before the routes that are added to it afterwards. */
  readonly limitTenant: (scope: FastifyInstance) => void;
}

/** Key of a tenant's cached resource list. */
export function resourcesKey(tenant: string): string {
  return `resources:${tenant}`;
}
