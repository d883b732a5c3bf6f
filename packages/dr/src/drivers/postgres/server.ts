import { existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { kill } from 'node:process';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { isAlive, pidOf, processIdentity } from '@ordeal/shared/process/identity';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { PostgresNode } from './config.ts';
import { mustRun } from './program.ts';
import { queryRows } from './query.ts';
import { reportOf } from './status.ts';

/** A clean stop writes out whatever the last checkpoint left. */
const stopWithinMs = 60_000;
/** One that is only to be gone need not be clean, and clients wait for it. */
const haltWithinMs = 5_000;

/** What can be told of the server of a data directory from its pid file. */
export type ServerFound =
  /** There is no pid file, and no server runs without one. */
  | { readonly is: 'none' }
  | { readonly is: 'running'; readonly process: string }
  /**
   * The process that the file names is not seen to be the server. A killed server leaves its file behind; one in a
   * container has another id here, which may be nobody's or a stranger's.
   */
  | { readonly is: 'unknown'; readonly named: string };

/** Looks for the server of the directory. */
export function serverIn(dataDir: string): ServerFound {
  let pid: number;
  try {
    pid = Number.parseInt(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8'), 10);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { is: 'none' };
    throw error;
  }
  const process = processIdentity(pid);
  const isServer = process !== undefined && (!hasProc() || worksIn(pid, dataDir));
  return isServer ? { is: 'running', process } : { is: 'unknown', named: String(pid) };
}

/** Identity of the server process that is seen in the directory. That none is seen does not say that none runs. */
export function runningServer(dataDir: string): string | undefined {
  const found = serverIn(dataDir);
  return found.is === 'running' ? found.process : undefined;
}

/**
 * Whether it is the process's current directory, as a server's is its data directory. By what it is on the disk: a
 * container calls it by another path.
 */
export function worksIn(pid: number, dir: string): boolean {
  try {
    const [cwd, own] = [`/proc/${pid}/cwd`, dir].map((path) => statSync(path));
    return cwd?.dev === own?.dev && cwd?.ino === own?.ino;
  } catch {
    return false;
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

/** Stops the server by its service command. Resolves when it is known to be gone; rejects when it is not. */
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
  const left = await whyNotGone(node, refusal === '' ? 5000 : 0, context);
  if (left === undefined) return;
  throw new Error(
    `${left} after ${node.service.stop.join(' ')}${refusal === '' ? '' : ` (which failed: ${refusal})`}`,
  );
}

/**
 * Stops the server, and kills it when it does not stop (a frozen one never does). Its processes are killed one
 * and all: a session may otherwise finish a commit after its postmaster is gone.
 */
export async function haltServer(node: PostgresNode, context: DriverContext): Promise<void> {
  let refusal: unknown;
  try {
    await stopServer(node, context, haltWithinMs);
    return;
  } catch (error) {
    context.signal.throwIfAborted();
    refusal = error;
  }
  const found = serverIn(node.dataDir);
  if (found.is === 'none') return;
  if (found.is === 'unknown') {
    throw new Error(
      `${reasonOf(refusal)}: stop its container or its machine by hand, or give the node a service whose stop does`,
      { cause: refusal },
    );
  }
  context.say(`${reasonOf(refusal)}; killing it`);
  const server = found.process;
  const postmaster = pidOf(server);
  if (!hasProc()) {
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

/** Looks until the server is known to be gone, or the time is over: then it says why it is not. */
async function whyNotGone(
  node: PostgresNode,
  graceMs: number,
  context: DriverContext,
): Promise<string | undefined> {
  const deadline = context.clock.now() + graceMs;
  for (;;) {
    const found = serverIn(node.dataDir);
    if (found.is === 'none') return undefined;
    if (found.is === 'unknown') {
      const heard = await heardOf(node, context);
      if (heard === undefined) return undefined;
      if (context.clock.now() >= deadline) {
        return (
          `whether the server of node ${node.name} still runs cannot be told (its postmaster.pid names process ` +
          `${found.named}, which is not seen to be it, and at its address: ${heard})`
        );
      }
    } else if (context.clock.now() >= deadline) {
      return `the server of node ${node.name} (pid ${pidOf(found.process)}) still runs`;
    }
    await context.clock.sleep(20, context.signal);
  }
}

/** What is heard at the server's address; undefined when nobody listens there. A frozen server is silent, and listens. */
async function heardOf(node: PostgresNode, context: DriverContext): Promise<string | undefined> {
  try {
    await queryRows(node, context, 'SELECT 1');
    return 'it answers';
  } catch (error) {
    context.signal.throwIfAborted();
    return (error as { code?: unknown }).code === 'ECONNREFUSED' ? undefined : reasonOf(error);
  }
}

function hasProc(): boolean {
  return existsSync('/proc/self');
}
