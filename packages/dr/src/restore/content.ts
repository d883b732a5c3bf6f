import { createHash } from 'node:crypto';
import type { BackupCheck, ContentManifest, TableContent } from '@ordeal/shared/drivers/backup';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { RestoreRecord } from '@ordeal/shared/record/record';
import { withSession, type Session } from '../drivers/postgres/query.ts';

/** A large table takes its time. */
const limits = { connectMs: 10_000, queryMs: 3_600_000 };

// What a value looks like as text depends on these.
const settings = `
  SET LOCAL search_path = pg_catalog;
  SET LOCAL datestyle = 'ISO, YMD';
  SET LOCAL intervalstyle = 'postgres';
  SET LOCAL timezone = 'UTC';
  SET LOCAL extra_float_digits = 1;
  SET LOCAL bytea_output = 'hex';
  SET LOCAL lc_monetary = 'C';
  SET LOCAL row_security = off`;

const own = `nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'`;
// An extension brings its own objects along wherever it is created.
const notOfExtension = (oid: string, catalogue: string): string =>
  `NOT EXISTS (SELECT 1 FROM pg_depend
    WHERE classid = '${catalogue}'::regclass AND objid = ${oid} AND deptype = 'e')`;

// Unlogged and temporary tables are in no physical backup.
const tablesSql = `
  SELECT format('%I.%I', nspname, relname) AS name
  FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
  WHERE relkind = 'r' AND relpersistence = 'p' AND ${own} AND ${notOfExtension('pg_class.oid', 'pg_class')}`;

const sequencesSql = `
  SELECT format('%I.%I', schemaname, sequencename) AS name, last_value::text AS last
  FROM pg_sequences
  WHERE last_value IS NOT NULL AND increment_by > 0 AND NOT cycle`;

const objectsSql = `
  SELECT kind, number::int FROM (
  SELECT 'tables' AS kind, count(*) AS number FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
    WHERE relkind IN ('r', 'p') AND relpersistence = 'p' AND ${own} AND ${notOfExtension('pg_class.oid', 'pg_class')}
  UNION ALL SELECT 'indexes', count(*) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    JOIN pg_namespace n ON n.oid = relnamespace
    WHERE indisvalid AND relpersistence = 'p' AND ${own} AND ${notOfExtension('indrelid', 'pg_class')}
  UNION ALL SELECT 'constraints', count(*) FROM pg_constraint JOIN pg_namespace n ON n.oid = connamespace
    WHERE ${own} AND ${notOfExtension('conrelid', 'pg_class')}
  UNION ALL SELECT 'views', count(*) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
    WHERE relkind IN ('v', 'm') AND ${own} AND ${notOfExtension('pg_class.oid', 'pg_class')}
  UNION ALL SELECT 'functions', count(*) FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace
    WHERE ${own} AND ${notOfExtension('pg_proc.oid', 'pg_proc')}
  UNION ALL SELECT 'triggers', count(*) FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT 'policies', count(*) FROM pg_policy
  UNION ALL SELECT 'extensions', count(*) FROM pg_extension WHERE extname <> 'amcheck'
  ) AS objects`;

/**
 * What the database of a session holds, as its transaction sees it: number of rows and a checksum of every table.
 * The checksum adds up the MD5 sums of the rows' texts, modulo nothing: it is that of a multiset, whatever the order.
 * It is not meant to withstand somebody who forges it.
 */
export async function readContent(
  session: Session,
  sequences: ContentManifest['sequences'],
): Promise<ContentManifest> {
  await session.rows(settings);
  const [at] = await session.rows<{ database: string }>('SELECT current_database() AS database');
  const names = (await session.rows<{ name: string }>(tablesSql)).toSorted(byName);
  const tables: TableContent[] = [];
  for (const { name } of names) tables.push(await tableContent(session, name));
  const objects = await session.rows<{ kind: string; number: number }>(objectsSql);
  return {
    database: at?.database ?? '',
    tables,
    sequences,
    objects: Object.fromEntries(objects.map(({ kind, number }) => [kind, number])),
  };
}

/**
 * Where the sequences are now. They belong to no transaction and only move on: read before the moment of a backup,
 * these are what a restored one must have reached.
 */
export async function readSequences(session: Session): Promise<ContentManifest['sequences']> {
  return (await session.rows<{ name: string; last: string }>(sequencesSql)).toSorted(byName);
}

/** The same on a connection of its own, in one transaction. */
export async function contentAt(url: string, context: DriverContext): Promise<ContentManifest> {
  return await withSession(
    { name: 'restored', url },
    context,
    async (session) => {
      await session.rows('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      return await readContent(session, await readSequences(session));
    },
    limits,
  );
}

// A database may have any collation.
function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  return one.name < other.name ? -1 : 1;
}

async function tableContent(session: Session, name: string): Promise<TableContent> {
  const [row] = await session.rows<{ rows: string; sums: string }>(`
    SELECT count(*)::text AS rows,
      coalesce(sum(('x' || left(sum, 16))::bit(64)::bigint::numeric), 0) || ' ' ||
      coalesce(sum(('x' || right(sum, 16))::bit(64)::bigint::numeric), 0) AS sums
    FROM (SELECT md5((ordeal_row.*)::text) AS sum FROM ONLY ${name} AS ordeal_row) AS sums`);
  if (row === undefined) throw new Error(`table ${name} was counted, and there was no answer`);
  const checksum = createHash('sha256').update(row.sums).digest('hex').slice(0, 32);
  return { name, rows: Number(row.rows), checksum };
}

export interface ContentComparison {
  readonly checks: readonly BackupCheck[];
  readonly content: NonNullable<RestoreRecord['content']>;
}

/** Holds what was restored against what was there when the backup was taken. */
export function compareContent(expected: ContentManifest, found: ContentManifest): ContentComparison {
  const before = new Map(expected.tables.map((table) => [table.name, table]));
  const after = new Map(found.tables.map((table) => [table.name, table]));
  const differing = [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => before.get(name)?.checksum !== after.get(name)?.checksum)
    .map((table) => ({
      table,
      expectedRows: before.get(table)?.rows ?? null,
      foundRows: after.get(table)?.rows ?? null,
    }));
  const rows = found.tables.reduce((sum, table) => sum + table.rows, 0);
  const reached = new Map(found.sequences.map((one) => [one.name, BigInt(one.last)]));
  const behind = expected.sequences.filter(({ name, last }) => (reached.get(name) ?? -1n) < BigInt(last));
  const fewer = Object.entries(expected.objects).filter(([kind, number]) => found.objects[kind] !== number);
  return {
    content: { tables: found.tables.length, rows, differing },
    checks: [
      check(
        'content',
        differing.map((one) => difference(one)),
        `${found.tables.length} tables with ${rows} rows are what they were`,
      ),
      check(
        'sequences',
        behind.map(({ name, last }) => `${name} is at ${reached.get(name) ?? 'nothing'}, and was at ${last}`),
        `${expected.sequences.length} sequences are at least where they were`,
      ),
      check(
        'objects',
        fewer.map(([kind, number]) => `${found.objects[kind] ?? 0} ${kind} instead of ${number}`),
        Object.entries(expected.objects)
          .map(([kind, number]) => `${number} ${kind}`)
          .join(', '),
      ),
    ],
  };
}

function difference(one: ContentComparison['content']['differing'][number]): string {
  if (one.foundRows === null) return `${one.table} is not there (it had ${one.expectedRows} rows)`;
  if (one.expectedRows === null) return `${one.table} was not there, and has ${one.foundRows} rows`;
  if (one.foundRows === one.expectedRows)
    return `${one.table} has its ${one.foundRows} rows, but not all as they were`;
  return `${one.table} has ${one.foundRows} rows instead of ${one.expectedRows}`;
}

function check(name: string, wrong: readonly string[], well: string): BackupCheck {
  const more = wrong.length > 5 ? ` and ${wrong.length - 5} more` : '';
  return wrong.length === 0
    ? { name, outcome: 'held', detail: well }
    : { name, outcome: 'broken', detail: wrong.slice(0, 5).join('; ') + more };
}
