import type { ChangingRoles } from '@ordeal/dr/drivers/changing-roles';
import type { HandOver } from '@ordeal/dr/drivers/hand-over';
import type { FenceProof } from '@ordeal/dr/drivers/fence-proof';
import type { RejoinProof } from '@ordeal/dr/drivers/rejoin-proof';
import type { Leased } from '@ordeal/dr/drivers/leased';
import type { SelfRecovery } from '@ordeal/dr/drivers/self-recovery';
import type { WriteCheck } from '@ordeal/dr/split-brain/answer';
import type { StoreDriver } from '@ordeal/shared/drivers/store';
import type { Result } from '@ordeal/shared/platform/diagnostics';

/** A store's driver with its settings. */
export interface ConfiguredStore {
  readonly driver: StoreDriver &
    WriteCheck &
    Partial<SelfRecovery & HandOver & Leased & FenceProof & RejoinProof & ChangingRoles>;
  /** Its nodes; the first one of a region is the one that a drill moves. */
  readonly nodes: readonly { readonly name: string; readonly region: string }[];
}

type Configure = (raw: unknown, path: string) => Result<ConfiguredStore>;

/** The only list of store drivers. Each is loaded when a platform names it. */
export const storeDrivers: Readonly<Record<string, () => Promise<Configure>>> = {
  postgres: async () => {
    const { parsePostgresStore } = await import('@ordeal/dr/drivers/postgres/config');
    const { createPostgresStore } = await import('@ordeal/dr/drivers/postgres/store');
    return store(parsePostgresStore, createPostgresStore);
  },
  patroni: async () => {
    const { parsePatroniStore } = await import('@ordeal/dr/drivers/patroni/config');
    const { createPatroniStore } = await import('@ordeal/dr/drivers/patroni/store');
    return store(parsePatroniStore, createPatroniStore);
  },
  'cloudnative-pg': async () => {
    const { parseCloudNativePgStore } = await import('@ordeal/dr/drivers/cloudnative-pg/config');
    const { createCloudNativePgStore } = await import('@ordeal/dr/drivers/cloudnative-pg/store');
    return store(parseCloudNativePgStore, createCloudNativePgStore);
  },
  redis: async () => {
    const { parseRedisStore } = await import('@ordeal/dr/drivers/redis/config');
    const { createRedisStore } = await import('@ordeal/dr/drivers/redis/store');
    return store(parseRedisStore, createRedisStore);
  },
  command: async () => {
    const { parseCommandStore } = await import('@ordeal/dr/drivers/store-command/config');
    const { createCommandStore } = await import('@ordeal/dr/drivers/store-command/store');
    return store(parseCommandStore, createCommandStore);
  },
};

function store<Config extends Pick<ConfiguredStore, 'nodes'>>(
  parse: (raw: unknown, path: string) => Result<Config>,
  create: (config: Config) => ConfiguredStore['driver'],
): Configure {
  return (raw, path) => {
    const parsed = parse(raw, path);
    if (!parsed.ok) return parsed;
    return { ok: true, value: { driver: create(parsed.value), nodes: parsed.value.nodes } };
  };
}
