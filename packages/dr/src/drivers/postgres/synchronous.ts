import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { PostgresNode } from './config.ts';
import { withSession } from './query.ts';
import { quoted } from './settings-file.ts';

/**
 * Makes commits on the node wait for these standbys, or for nobody when there are none. Rejects when something
 * that outranks `ALTER SYSTEM` (the server's command line) says otherwise.
 */
export async function waitForStandbys(
  node: PostgresNode,
  names: readonly string[],
  context: DriverContext,
): Promise<void> {
  const wanted = names.map((name) => `"${name}"`).join(', ');
  await withSession(node, context, async (session) => {
    await session.rows(`ALTER SYSTEM SET synchronous_standby_names = ${quoted(wanted)}`);
    await session.rows('SELECT pg_reload_conf()');
    const deadline = context.clock.now() + 5000;
    for (;;) {
      const [row] = await session.rows<{ setting: string; source: string }>(
        "SELECT setting, source FROM pg_settings WHERE name = 'synchronous_standby_names'",
      );
      if (row?.setting === wanted) return;
      if (row?.source === 'command line' || context.clock.now() > deadline) {
        throw new Error(
          `expected synchronous_standby_names = '${wanted}' on node ${node.name}, found '${row?.setting}' from ` +
            `the ${row?.source}: set it nowhere but by ALTER SYSTEM, so that it can change with the roles`,
        );
      }
      await context.clock.sleep(10, context.signal);
    }
  });
}
