import { z } from 'zod';
import type { FaultType } from './fault-type.ts';
import { describePeer, peerFields, peerOf } from './peer.ts';

/** What the network lets through in a time is limited. */
export const networkBandwidthSchema = z.strictObject({
  type: z.literal('network-bandwidth'),
  rate: z.string().regex(/^\d+(?:\.\d+)?(?:bps|kbps|mbps|gbps|tbps)$/i, {
    error: 'Bytes a second with a unit, for instance "1mbps": a megabyte a second.',
  }),
  /** Bytes that may wait; what comes on top is lost. */
  limitBytes: z.int().positive().default(20_971_520),
  /** Bytes that may pass at once. */
  bufferBytes: z.int().positive().default(10_000),
  ...peerFields,
});

export const networkBandwidth: FaultType<z.infer<typeof networkBandwidthSchema>> = {
  spec: ({ rate, limitBytes, bufferBytes, ...peer }, aim) => ({
    kind: 'NetworkChaos',
    spec: {
      action: 'bandwidth',
      bandwidth: { rate, limit: limitBytes, buffer: bufferBytes },
      ...peerOf(peer),
      ...aim,
    },
  }),
  describe: ({ rate, ...peer }) => `network limited to ${rate}${describePeer(peer)}`,
};
