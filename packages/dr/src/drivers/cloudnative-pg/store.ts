import type { StoreDriver } from '@ordeal/shared/drivers/store';
import type { WriteCheck } from '../../split-brain/answer.ts';
import type { FenceProof } from '../fence-proof.ts';
import type { Leased } from '../leased.ts';
import { createClustersStore } from './clusters.ts';
import type { CloudNativePgConfig } from './config.ts';
import { createInstancesStore } from './instances.ts';

/** PostgreSQL under CloudNativePG's operator. See `parseCloudNativePgStore` for its configuration. */
export function createCloudNativePgStore(
  config: CloudNativePgConfig,
): StoreDriver & WriteCheck & Leased & FenceProof {
  return config.mode === 'instances' ? createInstancesStore(config) : createClustersStore(config);
}
