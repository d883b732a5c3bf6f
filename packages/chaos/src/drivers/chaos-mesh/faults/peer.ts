import { z } from 'zod';
import type { NetworkChaosSpec } from '../../../chaos-mesh/types/network-chaos.ts';
import { describePods, podsSchema, selectorOf } from '../pods.ts';

/** The traffic that is meant. */
export const peerFields = {
  /** `to`: what the pods send; `from`: what they receive. */
  direction: z.enum(['to', 'from', 'both']).default('to'),
  /** Only the traffic with these pods. */
  peers: podsSchema.optional(),
  /** Only the traffic to these hosts or networks outside of the cluster, in direction `to`. */
  hosts: z.array(z.string().min(1)).min(1).optional(),
};

export interface Peer {
  readonly direction: 'to' | 'from' | 'both';
  readonly peers?: z.infer<typeof podsSchema> | undefined;
  readonly hosts?: readonly string[] | undefined;
}

/** The combinations that Chaos Mesh refuses, told before anything is sent. */
export function whyNoPeer({ direction, peers, hosts }: Peer): string | undefined {
  if (hosts !== undefined && peers !== undefined) return 'either `peers` or `hosts`';
  if (direction === 'to') return undefined;
  if (hosts !== undefined) return '`hosts` with direction "to" alone';
  return peers === undefined ? `\`peers\` for the direction "${direction}"` : undefined;
}

export function peerOf({
  direction,
  peers,
  hosts,
}: Peer): Pick<NetworkChaosSpec, 'direction' | 'target' | 'externalTargets'> {
  return {
    direction,
    ...(peers === undefined ? {} : { target: { mode: 'all' as const, selector: selectorOf(peers) } }),
    ...(hosts === undefined ? {} : { externalTargets: [...hosts] }),
  };
}

export function describePeer({ direction, peers, hosts }: Peer): string {
  const whom = peers === undefined ? hosts?.join(', ') : describePods(peers);
  const way = { to: ' to', from: ' from', both: ' to and from' }[direction];
  return whom === undefined ? '' : `${way} ${whom}`;
}
