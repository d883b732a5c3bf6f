import { z } from 'zod';
import type { FaultType } from './fault-type.ts';
import { correlation, milliseconds } from './fields.ts';
import { describePeer, peerFields, peerOf } from './peer.ts';

/** Packets are late. */
export const networkDelaySchema = z.strictObject({
  type: z.literal('network-delay'),
  latencyMs: milliseconds,
  jitterMs: z.int().min(0).default(0),
  correlation,
  ...peerFields,
});

export const networkDelay: FaultType<z.infer<typeof networkDelaySchema>> = {
  spec: ({ latencyMs, jitterMs, correlation: depends, ...peer }, aim) => ({
    kind: 'NetworkChaos',
    spec: {
      action: 'delay',
      delay: { latency: `${latencyMs}ms`, jitter: `${jitterMs}ms`, correlation: String(depends) },
      ...peerOf(peer),
      ...aim,
    },
  }),
  describe: ({ latencyMs, jitterMs, ...peer }) =>
    `network delay of ${latencyMs}${jitterMs === 0 ? '' : ` ± ${jitterMs}`} ms${describePeer(peer)}`,
};
