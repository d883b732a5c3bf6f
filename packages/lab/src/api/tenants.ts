import type { Store } from './store/store.ts';

export interface Tenant {
  readonly tenant_id: string;
  readonly name: string;
  readonly primary_region: string;
  readonly data_residency: string;
  readonly allowed_regions: readonly string[];
  readonly compliance_requirements: readonly string[];
}

const columns =
  'id AS tenant_id, name, primary_region, data_residency, allowed_regions, compliance_requirements';

/** The tenants that there are. Known ones are remembered: they do not go away while a replica lives. */
export class Tenants {
  readonly #store: Store;
  readonly #known = new Set<string>();

  constructor(store: Store) {
    this.#store = store;
  }

  async exists(id: string): Promise<boolean> {
    return this.#known.has(id) || (await this.find(id)) !== undefined;
  }

  async find(id: string): Promise<Tenant | undefined> {
    const [tenant] = await this.#store.read<Tenant & Record<string, unknown>>({
      name: 'tenants-find',
      text: `SELECT ${columns} FROM tenants WHERE id = $1`,
      values: [id],
    });
    if (tenant !== undefined) this.#known.add(id);
    return tenant;
  }

  all(): Promise<readonly Tenant[]> {
    return this.#store.read<Tenant & Record<string, unknown>>({
      name: 'tenants-all',
      text: `SELECT ${columns} FROM tenants ORDER BY id`,
      values: [],
    });
  }
}
