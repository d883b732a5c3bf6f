import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { StoreDriver } from '@ordeal/shared/drivers/store';

/** Waits until one node says that it is the primary, and takes writes. */
export async function leaderOf(store: StoreDriver, context: DriverContext): Promise<string> {
  for (;;) {
    const { nodes } = await store.status(context);
    const primaries = nodes.filter((one) => one.reachable && one.role === 'primary');
    if (primaries.length === 1 && primaries[0] !== undefined) return primaries[0].name;
    await context.clock.sleep(100, context.signal);
  }
}

/** Waits until every other node follows the primary closely. */
export async function allFollow(store: StoreDriver, context: DriverContext): Promise<void> {
  for (;;) {
    const { nodes } = await store.status(context);
    const follow = nodes.filter(
      (one) => one.reachable && one.role === 'standby' && (one.lagSeconds ?? Infinity) < 1,
    );
    if (follow.length === nodes.length - 1) return;
    await context.clock.sleep(100, context.signal);
  }
}
