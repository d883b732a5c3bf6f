import { existsSync, readFileSync, readdirSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { kill } from 'node:process';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { isAlive, pidOf, processIdentity } from '@ordeal/shared/process/identity';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { PostgresNode } from './config.ts';
import { mustRun } from './program.ts';
import { reportOf } from './status.ts';

/** A clean stop writes out whatever the last checkpoint left. */
const stopWithinMs = 60_000;
/** One that is only to be gone need not be clean, and clients wait for it. */
const haltWithinMs = 5_000;

/** Identity of the server process that runs in the directory; undefined when none does. */
export function runningServer(dataDir: string): string | undefined {
  let pid: number;
  try {
    pid = Number.parseInt(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8'), 10);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const identity = processIdentity(pid);
  if (identity === undefined) return undefined;
  // A killed server leaves its file behind, and its process id may belong to anybody by now. A server's
  // current directory is its data directory.
  const cwd = directoryOf(pid);
  return cwd === undefined || cwd === realpathSync(dataDir) ? identity : undefined;
}

function directoryOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

/** Starts the server by its service command, and resolves when it answers. */
export async function startServer(
  node: PostgresNode,
  context: DriverContext,
  withinMs = 30_000,
): Promise<void> {
  await mustRun(node.service.start, context, { timeoutMs: withinMs });
  const deadline = context.clock.now() + withinMs;
  for (;;) {
    const { node: state } = await reportOf(node, context);
    if (state.reachable) return;
    if (context.clock.now() > deadline) {
      throw new Error(
        `node ${node.name} was started by ${node.service.start.join(' ')} but does not answer after ` +
          `${withinMs / 1000} s (${state.reason}): look into its log`,
      );
    }
    await context.clock.sleep(100, context.signal);
  }
}

/** Stops the server by its service command. Resolves when no server process is left; rejects if one is. */
export async function stopServer(
  node: PostgresNode,
  context: DriverContext,
  withinMs = stopWithinMs,
): Promise<void> {
  let refusal = '';
  try {
    await mustRun(node.service.stop, context, { timeoutMs: withinMs });
  } catch (error) {
    context.signal.throwIfAborted();
    refusal = reasonOf(error);
  }
  const running = await stillRunning(node, refusal === '' ? 5000 : 0, context);
  if (running === undefined) return;
  throw new Error(
    `the server of node ${node.name} (pid ${pidOf(running)}) still runs after ${node.service.stop.join(' ')}` +
      (refusal === '' ? '' : `: ${refusal}`),
  );
}

/**
 * Stops the server, and kills it when it does not stop (a frozen one never does). Its processes are killed one
 * and all: a session may otherwise finish a commit after its postmaster is gone.
 */
export async function haltServer(node: PostgresNode, context: DriverContext): Promise<void> {
  try {
    await stopServer(node, context, haltWithinMs);
    return;
  } catch (error) {
    context.signal.throwIfAborted();
    context.say(`${reasonOf(error)}; killing it`);
  }
  const server = runningServer(node.dataDir);
  if (server === undefined) return;
  const postmaster = pidOf(server);
  if (directoryOf(postmaster) === undefined) {
    throw new Error(
      `pid ${postmaster} cannot be proven to be the server of node ${node.name} on this system, so it is not ` +
        'killed: stop it by hand',
    );
  }
  const children = childrenOf(postmaster);
  // The postmaster first, or it would replace the children.
  for (const one of [server, ...children]) if (isAlive(one)) killNow(pidOf(one));
  const deadline = context.clock.now() + 5000;
  while ([server, ...children].some(isAlive)) {
    if (context.clock.now() > deadline) {
      throw new Error(
        `the server of node ${node.name} (pid ${postmaster}) survives SIGKILL: stop its machine`,
      );
    }
    await context.clock.sleep(20, context.signal);
  }
  // All are gone for certain. As zombies they would still keep the next server from starting.
  rmSync(join(node.dataDir, 'postmaster.pid'), { force: true });
}

function killNow(pid: number): void {
  try {
    kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function childrenOf(parent: number): readonly string[] {
  if (!existsSync('/proc/self')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => parentOf(name) === parent)
    .flatMap((name) => processIdentity(Number(name)) ?? []);
}

function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

async function stillRunning(
  node: PostgresNode,
  graceMs: number,
  context: DriverContext,
): Promise<string | undefined> {
  const deadline = context.clock.now() + graceMs;
  for (;;) {
    const running = runningServer(node.dataDir);
    if (running === undefined || context.clock.now() >= deadline) return running;
    await context.clock.sleep(20, context.signal);
  }
}
