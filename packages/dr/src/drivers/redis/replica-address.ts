import { addressOf, type RedisAddress, type RedisNode } from './config.ts';
import type { Follower } from './status.ts';

/** Where other nodes find this one. */
export function replicaAddress(node: RedisNode): RedisAddress {
  return addressOf(node.replicaUrl ?? node.url);
}

/** The node as its primary lists it, by its port and, where several have that, by its host. */
export function addressFor(
  followers: readonly Follower[],
  node: RedisNode,
): { readonly host: string; readonly port: number } | undefined {
  const { host, port } = replicaAddress(node);
  const same = followers.filter((one) => one.port === port);
  return same.find((one) => one.host === host) ?? (same.length === 1 ? same[0] : undefined);
}
