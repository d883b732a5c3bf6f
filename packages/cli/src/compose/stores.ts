import { parseCloudNativePgStore } from '@ordeal/dr/drivers/cloudnative-pg/config';
import { createCloudNativePgStore } from '@ordeal/dr/drivers/cloudnative-pg/store';
import { parsePatroniStore } from '@ordeal/dr/drivers/patroni/config';
import { createPatroniStore } from '@ordeal/dr/drivers/patroni/store';
import { parsePostgresStore } from '@ordeal/dr/drivers/postgres/config';
import { createPostgresStore } from '@ordeal/dr/drivers/postgres/store';
import { parseRedisStore } from '@ordeal/dr/drivers/redis/config';
import { createRedisStore } from '@ordeal/dr/drivers/redis/store';
import type { SelfRecovery } from '@ordeal/dr/drivers/self-recovery';
import { parseCommandStore } from '@ordeal/dr/drivers/store-command/config';
import { createCommandStore } from '@ordeal/dr/drivers/store-command/store';
import type { WriteCheck } from '@ordeal/dr/split-brain/answer';
import type { StoreDriver } from '@ordeal/shared/drivers/store';
import type { Result } from '@ordeal/shared/platform/diagnostics';

/** A store's driver with its settings. */
export interface ConfiguredStore {
  readonly driver: StoreDriver & WriteCheck & Partial<SelfRecovery>;
  /** Its nodes; the first one of a region is the one that a drill moves. */
  readonly nodes: readonly { readonly name: string; readonly region: string }[];
}

/** The only list of store drivers. */
export const storeDrivers: Readonly<Record<string, (raw: unknown, path: string) => Result<ConfiguredStore>>> =
  {
    postgres: store(parsePostgresStore, createPostgresStore),
    patroni: store(parsePatroniStore, createPatroniStore),
    'cloudnative-pg': store(parseCloudNativePgStore, createCloudNativePgStore),
    redis: store(parseRedisStore, createRedisStore),
    command: store(parseCommandStore, createCommandStore),
  };

function store<Config extends Pick<ConfiguredStore, 'nodes'>>(
  parse: (raw: unknown, path: string) => Result<Config>,
  create: (config: Config) => ConfiguredStore['driver'],
): (raw: unknown, path: string) => Result<ConfiguredStore> {
  return (raw, path) => {
    const parsed = parse(raw, path);
    if (!parsed.ok) return parsed;
    return { ok: true, value: { driver: create(parsed.value), nodes: parsed.value.nodes } };
  };
}
