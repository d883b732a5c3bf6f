import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { connect } from 'node:net';
import { sep } from 'node:path';
import type { BackupCopy } from '@ordeal/shared/drivers/backup';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { queryRows } from '../drivers/postgres/query.ts';
import { freeAt, mebibytes, nearest, roomFor } from '../drivers/postgres/room.ts';
import { runningServer } from '../drivers/postgres/server.ts';
import type { RestoreSettings } from './config.ts';

/** Why nothing may be restored into this place. Each says what to do. */
export async function targetRefusals(
  settings: RestoreSettings,
  source: { readonly url: string; readonly system: string } | undefined,
  context: DriverContext,
): Promise<readonly string[]> {
  const { dir, port } = settings.into;
  return [
    ...directoryRefusals(dir),
    ...(port === undefined ? [] : await portRefusals(port, source, context)),
    ...(source === undefined ? [] : await sourceRefusals(dir, source, context)),
  ];
}

/** Why there is not enough room for a copy; undefined when there is, or when nobody knows how large it is. */
export function roomRefusal(dir: string, copy: BackupCopy): string | undefined {
  const unpacked = Number(copy.detail['unpackedBytes']);
  if (!Number.isFinite(unpacked)) return undefined;
  const [needed, free] = [roomFor(unpacked), freeAt(dir)];
  if (free >= needed) return undefined;
  return (
    `${dir} has ${mebibytes(free)} free, and the backup ${copy.id} needs about ${mebibytes(needed)}: make room there, or name ` +
    'another directory in `into.dir`'
  );
}

function directoryRefusals(dir: string): readonly string[] {
  if (!existsSync(dir)) return [];
  const inside = readdirSync(dir);
  if (inside.length === 0) return [];
  for (const data of [dir, `${dir}/data`]) {
    const running = existsSync(data) ? runningServer(data) : undefined;
    if (running !== undefined) {
      return [
        `a server runs in ${data} (process ${running}), so nothing is restored into it: name a directory in ` +
          '`into.dir` that nobody uses',
      ];
    }
  }
  const what = inside.includes('PG_VERSION')
    ? 'it holds a database'
    : `it holds ${inside.slice(0, 3).join(', ')}`;
  return [
    `${dir} is not empty (${what}), so nothing is restored into it: name another directory in \`into.dir\`, or, ` +
      'when it is left from an earlier restore, run `ordeal recover`',
  ];
}

async function portRefusals(
  port: number,
  source: { readonly url: string; readonly system: string } | undefined,
  context: DriverContext,
): Promise<readonly string[]> {
  if (!(await answers(port))) return [];
  const use = 'name another port in `into.port`, or none';
  if (source !== undefined && (await systemAt(port, source.url, context)) === source.system) {
    return [`the server on port ${port} is the source of the backup itself: ${use}`];
  }
  return [`something answers on port ${port}, so no server can be restored there: ${use}`];
}

/** A restore must not come to lie in the source's own files. */
async function sourceRefusals(
  dir: string,
  source: { readonly url: string },
  context: DriverContext,
): Promise<readonly string[]> {
  const node = { name: 'source', url: source.url };
  const [row] = await queryRows<{ data: string | null }>(
    node,
    context,
    "SELECT (SELECT setting FROM pg_settings WHERE name = 'data_directory') AS data",
  );
  const data = row?.data;
  if (data === undefined || data === null || !existsSync(data)) return [];
  const inside = `${realpathSync(nearest(dir))}${sep}`.startsWith(`${realpathSync(data)}${sep}`);
  return inside
    ? [
        `${dir} lies in the data directory of the source itself, ${data}: name another directory in \`into.dir\``,
      ]
    : [];
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 2000 });
    const end = (is: boolean): void => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    // Somebody holds it who does not answer.
    socket.once('timeout', () => end(true));
  });
}

async function systemAt(port: number, like: string, context: DriverContext): Promise<string | undefined> {
  const url = new URL(like);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  try {
    const [row] = await queryRows<{ system: string }>(
      { name: 'target', url: url.toString() },
      context,
      'SELECT system_identifier::text AS system FROM pg_control_system()',
    );
    return row?.system;
  } catch {
    context.signal.throwIfAborted();
    return undefined;
  }
}
