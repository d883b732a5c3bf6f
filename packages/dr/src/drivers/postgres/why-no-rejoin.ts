import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  readFileSync,
  readdirSync,
  readlinkSync,
} from 'node:fs';
import { realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { PostgresNode, PostgresStoreConfig } from './config.ts';
import { queryRows } from './query.ts';
import { freeAt, mebibytes, roomFor } from './room.ts';

const { W_OK, X_OK } = constants;

/** Why the node could not be given a fresh copy of the data, as things are now; empty when it could. Changes nothing. */
export async function whyNoRejoin(
  config: PostgresStoreConfig,
  node: PostgresNode,
  context: DriverContext,
): Promise<readonly string[]> {
  const place = whyNoSwap(node.dataDir);
  // Whichever node is the primary then.
  const why =
    place ??
    config.nodes.map(({ dataDir }) => whyNotWhole(dataDir)).find((one) => one !== undefined) ??
    (await whyNoRoom(config, node.dataDir, context));
  return why === undefined ? [] : [`node ${node.name} could not rejoin with a fresh copy: ${why}`];
}

/** Why a copy that was made beside the directory could not be put in its place. */
export function whyNoSwap(dataDir: string): string | undefined {
  const beside = dirname(dataDir);
  if (existsSync(dataDir)) {
    if (lstatSync(dataDir).isSymbolicLink()) {
      return (
        `its dataDir ${dataDir} is a link, beside which the copy would come to lie on another disk: name the directory ` +
        `itself, ${realpathSync(dataDir)}`
      );
    }
    if (isMountPoint(dataDir)) {
      return (
        `its dataDir ${dataDir} is a mount point, which no copy can take the place of: keep the data in a directory ` +
        'below it, and name that one'
      );
    }
  }
  try {
    accessSync(beside, W_OK | X_OK);
    return undefined;
  } catch (error) {
    return (
      `the copy is made in ${beside}, beside its dataDir, and cannot be written there (${reasonOf(error)}): run this as ` +
      'a user who may'
    );
  }
}

/**
 * Why a copy would not be like the files there: parts of them lie elsewhere. It would have all of them in one directory, on
 * one disk, of which alone the room is known; and what lies elsewhere would be left, or written where the primary has its
 * own.
 */
export function whyNotWhole(dataDir: string): string | undefined {
  if (!existsSync(dataDir)) return undefined;
  const keep = 'keep all of it in dataDir, or let commands of your own rejoin nodes (driver `command`)';
  try {
    const [elsewhere] = [join(dataDir, 'pg_wal'), ...inside(join(dataDir, 'pg_tblspc'))].filter(
      (path) => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true,
    );
    if (elsewhere !== undefined) {
      const what = elsewhere.endsWith('pg_wal') ? 'the log' : 'a tablespace';
      return (
        `${what} is not in the data directory (${elsewhere} is a link to ${readlinkSync(elsewhere)}), and a copy on this ` +
        `machine would not have it there: ${keep}`
      );
    }
    const root = `${realpathSync(dataDir)}/`;
    const mount = mountPoints().find((path) => path.startsWith(root));
    return mount === undefined
      ? undefined
      : `${mount} in the data directory is a mount point, and a copy would have none there: ${keep}`;
  } catch (error) {
    return `${dataDir} cannot be looked at (${reasonOf(error)}): run this as a user who may`;
  }
}

function inside(dir: string): readonly string[] {
  return existsSync(dir) ? readdirSync(dir).map((name) => join(dir, name)) : [];
}

/** Another file system than the one above it, or the same one, bound there. */
function isMountPoint(dir: string): boolean {
  return statSync(dir).dev !== statSync(dirname(dir)).dev || mountPoints().includes(realpathSync(dir));
}

/** None where the system does not tell. */
function mountPoints(): readonly string[] {
  try {
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8');
    return mounts.split('\n').map((line) => unescaped(line.split(' ')[4] ?? ''));
  } catch {
    return [];
  }
}

/** The kernel writes blanks and the like in octal. */
function unescaped(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCodePoint(Number.parseInt(digits, 8)),
  );
}

async function whyNoRoom(
  config: PostgresStoreConfig,
  dataDir: string,
  context: DriverContext,
): Promise<string | undefined> {
  const sizes = await Promise.all(config.nodes.map((one) => sizeOf(one, context)));
  const bytes = Math.max(...sizes.filter((one) => one !== undefined));
  return Number.isFinite(bytes) ? whyTooSmall(dataDir, bytes) : undefined;
}

/** Why there is no room for a second set of so much data beside the directory. */
export function whyTooSmall(dataDir: string, bytes: number): string | undefined {
  const [needed, free] = [roomFor(bytes), freeAt(dirname(dataDir))];
  if (free >= needed) return undefined;
  return (
    `it needs about ${mebibytes(needed)} beside the data that it has, and ${dirname(dataDir)} has ` +
    `${mebibytes(free)} free: make room there`
  );
}

/** Bytes of all databases; undefined where the node does not say. */
async function sizeOf(node: PostgresNode, context: DriverContext): Promise<number | undefined> {
  try {
    const [row] = await queryRows<{ bytes: string }>(
      node,
      context,
      'SELECT sum(pg_database_size(oid))::text AS bytes FROM pg_database',
    );
    return row === undefined ? undefined : Number(row.bytes);
  } catch {
    context.signal.throwIfAborted();
    return undefined;
  }
}
