import type { StoreDriver } from '@ordeal/shared/drivers/store';
import type { WriteCheck } from '../../split-brain/answer.ts';
import type { ChangingRoles } from '../changing-roles.ts';
import type { FenceProof } from '../fence-proof.ts';
import type { Leased } from '../leased.ts';
import { createClustersStore } from './clusters.ts';
import type { SelfRecovery } from '../self-recovery.ts';
import type { CloudNativePgConfig } from './config.ts';
import { createInstancesStore } from './instances.ts';

/**
 * PostgreSQL under CloudNativePG's operator. It chooses another primary by itself among the instances of one cluster, and
 * never among clusters of a distributed topology. See `parseCloudNativePgStore` for its configuration.
 */
export function createCloudNativePgStore(
  config: CloudNativePgConfig,
): StoreDriver & WriteCheck & Leased & FenceProof & Partial<SelfRecovery & ChangingRoles> {
  return config.mode === 'instances' ? createInstancesStore(config) : createClustersStore(config);
}
