import { existsSync } from 'node:fs';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { PostgresNode } from './config.ts';
import { hasFiles, writeFence } from './files.ts';
import { haltServer, serverIn } from './server.ts';
import { reportOf } from './status.ts';

/**
 * Makes sure that the node cannot accept writes, now and after any restart. Needs only its files, so it works
 * on a node whose whole region is dead.
 *
 * The files come before the stop: a supervisor that restarts the server in between finds them and starts a
 * standby. For the same reason nothing has to be stopped when no server runs. One that may run is stopped: it must
 * be gone then, or answer that it is a standby after a start that found the files.
 */
export async function fence(node: PostgresNode, context: DriverContext): Promise<void> {
  if (!existsSync(node.dataDir)) {
    // A rejoin was interrupted between its two renames: there is nothing to start from.
    if (hasFiles(node.dataDir)) return;
    throw new Error(
      `node ${node.name} is not proven to be fenced: its files are not at ${node.dataDir} on this machine, and a server ` +
        'that has them elsewhere may come back as a primary; correct dataDir, or, where its disk was replaced, make an ' +
        'empty directory there',
    );
  }
  writeFence(node.dataDir, node.runAs);
  if (serverIn(node.dataDir).is === 'none') return;
  await haltServer(node, context);
  if (serverIn(node.dataDir).is === 'running') await mustBeStandby(node, context);
}

/** A supervisor has started the server again: it must say itself that it is a standby. */
async function mustBeStandby(node: PostgresNode, context: DriverContext): Promise<void> {
  const deadline = context.clock.now() + 10_000;
  for (;;) {
    const { node: state } = await reportOf(node, context);
    if (state.reachable && state.role === 'standby') return;
    if (state.reachable || context.clock.now() > deadline) {
      const said = state.reachable ? 'it answers as primary' : reasonOf(state.reason);
      throw new Error(
        `node ${node.name} was stopped and runs again, and is not proven to be fenced (${said}): stop whatever ` +
          'restarts it, then fence it again',
      );
    }
    await context.clock.sleep(50, context.signal);
  }
}
