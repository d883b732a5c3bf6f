import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { PostgresNode, PostgresStoreConfig } from './config.ts';
import { queryRows, withSession, type Session } from './query.ts';

/**
 * Gives the node a new replication slot on the primary that keeps WAL from now on. Slots of this store that
 * nobody uses are dropped: each would keep all WAL for ever. Slots that the store does not name are left alone.
 * `willMake` is called right before the new one is made: there is none of its name by then.
 */
export async function prepareSlot(
  config: PostgresStoreConfig,
  node: PostgresNode,
  primary: PostgresNode,
  context: DriverContext,
  willMake: () => void,
): Promise<void> {
  await withSession(primary, context, async (session) => {
    await clear(session, config, node, context);
    willMake();
    await session.rows('SELECT pg_create_physical_replication_slot($1, true)', [node.slot]);
  });
}

/** Drops the store's slots on a node on which nobody uses them: on a standby, those of when it was the primary. */
export async function dropIdleSlots(
  config: PostgresStoreConfig,
  node: PostgresNode,
  context: DriverContext,
): Promise<void> {
  await withSession(node, context, (session) => dropIdle(session, config));
}

/** Takes back the slot of a node that will not follow after all. */
export async function giveUpSlot(
  config: PostgresStoreConfig,
  node: PostgresNode,
  primary: PostgresNode,
  context: DriverContext,
): Promise<void> {
  await withSession(primary, context, (session) => clear(session, config, node, context));
}

/** Who uses a physical slot. */
export type SlotUse =
  | { readonly is: 'absent' | 'unused' }
  /** By the name that its connection gives itself: of a standby, the node's. */
  | { readonly is: 'used'; readonly by: string };

export async function useOfSlot(
  slot: string,
  primary: Pick<PostgresNode, 'name' | 'url'>,
  context: DriverContext,
): Promise<SlotUse> {
  const [row] = await queryRows<{ active: boolean; by: string | null }>(
    primary,
    context,
    `SELECT active, application_name AS by FROM pg_replication_slots LEFT JOIN pg_stat_activity ON pid = active_pid
      WHERE slot_name = $1 AND slot_type = 'physical'`,
    [slot],
  );
  if (row === undefined) return { is: 'absent' };
  return row.active ? { is: 'used', by: row.by ?? 'somebody' } : { is: 'unused' };
}

/** Ends all connections of that name, those of replication among them. */
export async function endConnections(
  name: string,
  primary: Pick<PostgresNode, 'name' | 'url'>,
  context: DriverContext,
): Promise<void> {
  const sql = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1';
  await queryRows(primary, context, sql, [name]);
}

/** Drops a slot. Rejects when somebody has begun to use it. */
export async function dropUnused(
  slot: string,
  primary: Pick<PostgresNode, 'name' | 'url'>,
  context: DriverContext,
): Promise<void> {
  await queryRows(primary, context, 'SELECT pg_drop_replication_slot($1)', [slot]);
}

async function clear(
  session: Session,
  config: PostgresStoreConfig,
  node: PostgresNode,
  context: DriverContext,
): Promise<void> {
  await freeSlot(session, node.slot, context);
  await dropIdle(session, config);
}

async function dropIdle(session: Session, config: PostgresStoreConfig): Promise<void> {
  await session.rows(
    `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
      WHERE slot_name = ANY($1) AND slot_type = 'physical' AND NOT active`,
    [config.nodes.map((one) => one.slot)],
  );
}

/** The node is stopped, so whoever holds its slot is what is left of its last connection. */
async function freeSlot(session: Session, slot: string, context: DriverContext): Promise<void> {
  await session.rows(
    `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots
      WHERE slot_name = $1 AND active_pid IS NOT NULL`,
    [slot],
  );
  await mustBeFree(session, slot, context);
}

async function mustBeFree(session: Session, slot: string, context: DriverContext): Promise<void> {
  const deadline = context.clock.now() + 5000;
  for (;;) {
    const rows = await session.rows('SELECT 1 FROM pg_replication_slots WHERE slot_name = $1 AND active', [
      slot,
    ]);
    if (rows.length === 0) return;
    if (context.clock.now() > deadline) {
      throw new Error(
        `replication slot ${slot} is still in use, although the server that uses it is stopped`,
      );
    }
    await context.clock.sleep(20, context.signal);
  }
}
