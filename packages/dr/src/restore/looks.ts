import { join } from 'node:path';
import type { BackupCheck, RestoreTarget } from '@ordeal/shared/drivers/backup';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import { queryRows, withSession } from '../drivers/postgres/query.ts';
import type { ApplicationCheck } from './config.ts';
import { run } from './programs.ts';
import { towards } from './towards.ts';

const limits = { connectMs: 10_000, queryMs: 600_000 };

/** That there is something in it at all: an empty database restores without an error. */
export async function notEmpty(url: string, context: DriverContext): Promise<BackupCheck> {
  const name = 'not empty';
  const [row] = await queryRows<{ tables: number }>(
    { name: 'restored', url },
    context,
    `SELECT count(*)::int AS tables FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
     WHERE relkind = 'r' AND nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'`,
  );
  const tables = row?.tables ?? 0;
  return tables > 0
    ? { name, outcome: 'held', detail: `${tables} tables` }
    : { name, outcome: 'broken', detail: 'the restored database has not a single table' };
}

/** Has every table and every index of the database looked through for damage, where the server has the extension. */
export async function amcheck(
  url: string,
  into: RestoreTarget,
  context: DriverContext,
): Promise<BackupCheck> {
  const name = 'amcheck';
  const [row] = await queryRows<{ there: boolean; database: string; user: string }>(
    { name: 'restored', url },
    context,
    `SELECT EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'amcheck') AS there,
       current_database()::text AS database, current_user::text AS user`,
  );
  if (row?.there !== true) {
    return { name, outcome: 'not-run', detail: 'the extension amcheck is not installed beside the server' };
  }
  const argv = [
    join(into.binDir, 'pg_amcheck'),
    '--no-password',
    `--host=${into.dir}`,
    `--port=${into.port}`,
    `--username=${row.user}`,
    `--database=${row.database}`,
    '--install-missing',
    '--heapallindexed',
  ];
  try {
    await run({ argv, cwd: into.dir, timeoutMs: 3_600_000, env: { LC_ALL: 'C' } }, context);
    return {
      name,
      outcome: 'held',
      detail: 'no damage in any table or index, and all rows are in their indexes',
    };
  } catch (error) {
    context.signal.throwIfAborted();
    return { name, outcome: 'broken', detail: reasonOf(error) };
  }
}

/** One look that the application would have. */
export async function applicationCheck(
  check: ApplicationCheck,
  url: string,
  into: RestoreTarget,
  context: DriverContext,
): Promise<BackupCheck> {
  const { name } = check;
  try {
    const detail =
      'sql' in check ? await askTrue(check.sql, url, context) : await runCommand(check, url, into, context);
    return { name, outcome: 'held', detail };
  } catch (error) {
    context.signal.throwIfAborted();
    return { name, outcome: 'broken', detail: reasonOf(error) };
  }
}

async function askTrue(sql: string, url: string, context: DriverContext): Promise<string> {
  const rows = await withSession(
    { name: 'restored', url },
    context,
    (session) => session.rows<Record<string, unknown>>(sql),
    limits,
  );
  const [first] = rows;
  if (rows.length === 1 && first !== undefined && Object.values(first)[0] === true) return sql;
  throw new Error(`expected one row with true of ${sql}, found ${JSON.stringify(rows).slice(0, 200)}`);
}

async function runCommand(
  check: Extract<ApplicationCheck, { command: readonly string[] }>,
  url: string,
  into: RestoreTarget,
  context: DriverContext,
): Promise<string> {
  const [row] = await queryRows<{ database: string; user: string }>(
    { name: 'restored', url },
    context,
    'SELECT current_database()::text AS database, current_user::text AS user',
  );
  const { dir, port } = into;
  const server = { host: dir, port, user: row?.user ?? '', database: row?.database ?? '', url };
  const timeoutMs = check.withinSeconds * 1000;
  await run({ argv: towards(server, check.command), cwd: dir, timeoutMs }, context);
  return `${check.command.join(' ')} exits with 0`;
}
