import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import { isAncestor } from './ancestor.ts';
import type { PostgresNode, PostgresStoreConfig } from './config.ts';
import { named, withoutPassword } from './conninfo.ts';
import { freshDirOf, makeOwnedDir, oldDirOf, swapDirs, writeFence, writeStandby } from './files.ts';
import { mustRun } from './program.ts';
import { queryRows } from './query.ts';
import { noteRejoin, type NotedRejoin, type RejoinLedger } from './rejoin-undo.ts';
import { haltServer, startServer } from './server.ts';
import { dropIdleSlots, giveUpSlot, prepareSlot } from './slots.ts';
import { reportOf } from './status.ts';
import { waitForStandbys } from './synchronous.ts';
import { whyNoSwap, whyNotWhole } from './why-no-rejoin.ts';

const copyWithinMs = 30 * 60_000;
const catchUpWithinMs = 5 * 60_000;
/** A node that can follow with the data it has connects at once. */
const followWithinMs = 15_000;
const giveUpWithinMs = 15_000;

/**
 * Makes the node a standby of `primary`, and resolves when it streams and has replayed what the primary had
 * written when it began to.
 *
 * After a clean switchover the node follows with the data that it has. Otherwise it gets a fresh copy, made
 * beside the old data, which stays fenced all the while and is removed once the node streams. `pg_rewind` would
 * copy only what differs, which is faster where there is much data; it needs checksums or `wal_log_hints`, and
 * WAL back to where the two parted. A fresh copy needs neither, and is right whatever state the node was left in.
 *
 * What it makes is written into `ledger` first, and stays open there when the node does not stream in the end.
 */
export async function rejoin(
  config: PostgresStoreConfig,
  node: PostgresNode,
  primary: PostgresNode,
  context: DriverContext,
  ledger?: RejoinLedger,
): Promise<void> {
  const [own, upstream] = await Promise.all([reportOf(node, context), reportOf(primary, context)]);
  if (!upstream.node.reachable || upstream.node.role !== 'primary') {
    const found = upstream.node.reachable ? 'a standby' : upstream.node.reason;
    throw new Error(`expected node ${primary.name} to be the primary, found ${found}: promote it first`);
  }
  if (own.node.reachable && own.node.role === 'primary') {
    throw new Error(
      `node ${node.name} accepts writes as well as ${primary.name}: fence it before it can rejoin`,
    );
  }
  const noted = noteRejoin(ledger, node, primary, context.clock);
  if (!(await streams(node, primary, '0/0', context)))
    await makeStandby(config, node, primary, noted, context);
  if (!(await catchesUp(node, primary, catchUpWithinMs, context))) {
    throw new Error(
      `node ${node.name} runs but has not caught up with ${primary.name} within ${catchUpWithinMs / 1000} s: ` +
        `look into its log, and check its way to ${primary.name}`,
    );
  }
  if (config.synchronous) await waitForStandbys(primary, [node.name], context);
  // Those on which the other one followed it while it was the primary would keep all that it receives now.
  await dropIdleSlots(config, node, context);
  rmSync(oldDirOf(node.dataDir), { recursive: true, force: true });
  noted.end();
}

async function makeStandby(
  config: PostgresStoreConfig,
  node: PostgresNode,
  primary: PostgresNode,
  noted: NotedRejoin,
  context: DriverContext,
): Promise<void> {
  // The primary must not wait for this standby while it cannot answer.
  if (config.synchronous) await waitForStandbys(primary, [], context);
  if (existsSync(node.dataDir)) writeFence(node.dataDir, node.runAs);
  await haltServer(node, context);
  const orGiveUp = async <T>(prepare: () => Promise<T>): Promise<T> => {
    try {
      await prepareSlot(config, node, primary, context, noted.begin);
      return await prepare();
    } catch (error) {
      await giveUp(config, node, primary, noted, context);
      throw error;
    }
  };
  if (await orGiveUp(() => keepsItsData(node, primary, context))) {
    await startServer(node, context);
    if (await catchesUp(node, primary, followWithinMs, context)) return;
    context.say(`node ${node.name} did not follow`);
    await haltServer(node, context);
  }
  await orGiveUp(() => copyData(node, primary, noted, context));
  await startServer(node, context);
}

/** Where its data is a part of the primary's history it is made a standby as it is, and not yet started. */
async function keepsItsData(
  node: PostgresNode,
  primary: PostgresNode,
  context: DriverContext,
): Promise<boolean> {
  if (!existsSync(node.dataDir) || !(await isAncestor(node, primary, context))) return false;
  context.say(`node ${node.name} follows ${primary.name} with the data that it has`);
  writeStandby(node.dataDir, node);
  return true;
}

/**
 * Takes away what was made for a node that was not started: the slot would keep all WAL of the only writer, and the
 * copy fill the disk.
 */
async function giveUp(
  config: PostgresStoreConfig,
  node: PostgresNode,
  primary: PostgresNode,
  noted: NotedRejoin,
  context: DriverContext,
): Promise<void> {
  try {
    // The drill may have been stopped, and this is what is left to be done.
    await giveUpSlot(config, node, primary, { ...context, signal: AbortSignal.timeout(giveUpWithinMs) });
    // Between its two renames a rejoin has put the data away, and the copy is complete.
    if (existsSync(node.dataDir))
      rmSync(freshDirOf(node.dataDir), { recursive: true, force: true, maxRetries: 5 });
    noted.end();
  } catch (error) {
    context.say(
      `node ${node.name} did not rejoin, and what was made for it could not be taken away (${reasonOf(error)}): rejoin ` +
        `it, or drop the slot ${node.slot} on node ${primary.name}, which keeps its WAL, and delete ` +
        freshDirOf(node.dataDir),
    );
  }
}

async function copyData(
  node: PostgresNode,
  primary: PostgresNode,
  noted: NotedRejoin,
  context: DriverContext,
): Promise<void> {
  const why = whyNoSwap(node.dataDir) ?? whyNotWhole(node.dataDir) ?? whyNotWhole(primary.dataDir);
  if (why !== undefined) throw new Error(`node ${node.name} cannot be given a fresh copy: ${why}`);
  const freshDir = freshDirOf(node.dataDir);
  makeOwnedDir(freshDir, node.runAs);
  const { url, password } = withoutPassword(node.upstreamUrl);
  context.say(`copying the data of node ${primary.name} for node ${node.name}`);
  await mustRun(
    [
      join(node.binDir, 'pg_basebackup'),
      '--no-password',
      `--pgdata=${freshDir}`,
      `--dbname=${named(url, noted.connection())}`,
      `--slot=${node.slot}`,
      '--wal-method=stream',
      '--checkpoint=fast',
    ],
    context,
    { timeoutMs: copyWithinMs, runAs: node.runAs, env: { LC_ALL: 'C', PGPASSWORD: password } },
  );
  writeStandby(freshDir, node);
  swapDirs(node.dataDir, freshDir, oldDirOf(node.dataDir));
}

/** Whether the node replays, within the time, what the primary has written by now. */
async function catchesUp(
  node: PostgresNode,
  primary: PostgresNode,
  withinMs: number,
  context: DriverContext,
): Promise<boolean> {
  const [row] = await queryRows<{ lsn: string }>(
    primary,
    context,
    'SELECT pg_current_wal_lsn()::text AS lsn',
  );
  const goal = row?.lsn ?? '0/0';
  const deadline = context.clock.now() + withinMs;
  for (;;) {
    if (await streams(node, primary, goal, context)) return true;
    if (context.clock.now() > deadline) return false;
    await context.clock.sleep(50, context.signal);
  }
}

async function streams(
  node: PostgresNode,
  primary: PostgresNode,
  goal: string,
  context: DriverContext,
): Promise<boolean> {
  const rows = await queryRows(
    primary,
    context,
    `SELECT 1 FROM pg_stat_replication JOIN pg_replication_slots ON active_pid = pid
      WHERE application_name = $1 AND slot_name = $2 AND state = 'streaming' AND replay_lsn >= $3::pg_lsn`,
    [node.name, node.slot, goal],
  );
  return rows.length > 0;
}
