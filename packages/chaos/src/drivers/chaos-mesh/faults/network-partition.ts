import { z } from 'zod';
import type { FaultType } from './fault-type.ts';
import { describePeer, peerFields, peerOf } from './peer.ts';

/** Nothing gets through. */
export const networkPartitionSchema = z.strictObject({
  type: z.literal('network-partition'),
  ...peerFields,
});

export const networkPartition: FaultType<z.infer<typeof networkPartitionSchema>> = {
  spec: (peer, aim) => ({
    kind: 'NetworkChaos',
    spec: { action: 'partition', ...peerOf(peer), ...aim },
  }),
  describe: (peer) => `network cut off${describePeer(peer)}`,
  loss: () => 'partitioned',
};
