import type { StoreStatus } from '@ordeal/shared/drivers/store';

/**
 * Why a store is not the one that the platform file pins: a profile of one environment that points at another. A node
 * that answers and does not say who it is is refused as well.
 */
export function identityRefusals(
  store: string,
  pinned: string | undefined,
  status: StoreStatus,
): readonly string[] {
  if (pinned === undefined) return [];
  return status.nodes.flatMap((node) => {
    if (!node.reachable) return [];
    const found = node.detail['system_identifier'] ?? node.detail['systemIdentifier'];
    if (found === pinned) return [];
    const said = found === undefined ? 'does not say which system it is' : `is of the system ${found}`;
    return [
      `node ${node.name} of store ${store} ${said}, and the platform pins ${pinned}: this is not the platform that the file describes; correct the node's address, or identity.databases`,
    ];
  });
}
