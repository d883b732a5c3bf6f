import { z } from 'zod';
import type { FaultType } from './fault-type.ts';
import { correlation, percent } from './fields.ts';
import { describePeer, peerFields, peerOf } from './peer.ts';

/** A share of the packets is lost. */
export const networkLossSchema = z.strictObject({
  type: z.literal('network-loss'),
  percent,
  correlation,
  ...peerFields,
});

export const networkLoss: FaultType<z.infer<typeof networkLossSchema>> = {
  spec: ({ percent: share, correlation: depends, ...peer }, aim) => ({
    kind: 'NetworkChaos',
    spec: {
      action: 'loss',
      loss: { loss: String(share), correlation: String(depends) },
      ...peerOf(peer),
      ...aim,
    },
  }),
  describe: ({ percent: share, ...peer }) => `network loss of ${share} %${describePeer(peer)}`,
  loss: ({ percent: share }) => (share === 100 ? 'partitioned' : undefined),
};
