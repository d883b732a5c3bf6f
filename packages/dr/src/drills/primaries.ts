import type { StoreNode, StoreStatus } from '@ordeal/shared/drivers/store';

/** Nodes that answer and are primaries: exactly one where nothing is wrong with the store. */
export function primariesIn({
  nodes,
}: Pick<StoreStatus, 'nodes'>): readonly Extract<StoreNode, { readonly reachable: true }>[] {
  return nodes.filter((node) => node.reachable).filter(({ role }) => role === 'primary');
}
