import type { Cache } from './cache.ts';
import type { DocumentWriter } from './documents/writer.ts';
import type { Store } from './store/store.ts';
import type { Tenants } from './tenants.ts';

/** What the routes work with. */
export interface App {
  readonly store: Store;
  readonly cache: Cache;
  readonly tenants: Tenants;
  readonly documents: DocumentWriter;
}

/** Key of a tenant's cached resource list. */
export function resourcesKey(tenant: string): string {
  return `resources:${tenant}`;
}
