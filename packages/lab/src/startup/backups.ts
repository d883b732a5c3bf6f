import {
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Bucket } from '../api/contracts/contract.ts';
import { unitEnvironment, type Blueprint } from '../layout/blueprint.ts';
import { backupFolders, objectFolders, stampOf } from '../layout/backups.ts';
import { inLab } from '../layout/paths.ts';
import { labMarks } from '../leftovers/find.ts';
import { LATE_MS, STALE_MS, type Sabotage } from '../sabotage.ts';
import { binDirOf, postgresUrl } from '../units/postgres.ts';
import { runProgram } from './run-program.ts';

const jobProgram = fileURLToPath(new URL('../backup-job/backup-job.main.ts', import.meta.url));

const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;
const HASTY_DAYS = 3;
const MISSED_DAYS_AGO = [2, 3, 4];
const FAILED_DAYS_AGO = [2, 3, 4];

/** Makes their folders. The servers write into the archive themselves. */
export function makeBackupFolders({ dir, runAs, contract }: Blueprint): void {
  mkdirSync(inLab.backups(dir), { mode: 0o711 });
  for (const folder of Object.values(backupFolders(dir))) {
    mkdirSync(folder, { mode: 0o700 });
    if (runAs) chownSync(folder, runAs.uid, runAs.gid);
  }
  if (contract.bucket === undefined) return;
  const { objects, attributes } = objectFolders(dir);
  for (const folder of [objects, attributes, join(objects, contract.bucket.name)]) {
    mkdirSync(folder, { mode: 0o700 });
  }
}

/** Settings by which a primary archives its log: whole files only, and one at least every quarter of a minute, where something is written. */
export function archiveSettings({ dir, sabotage }: Blueprint): string {
  const to = join(backupFolders(dir).archive, '%f.gz');
  const archive = sabotage.includes('no-archive')
    ? '/bin/true'
    : `gzip -1 -c %p > ${to}.part && mv ${to}.part ${to}`;
  return `
archive_mode = on
archive_timeout = ${sabotage.includes('slow-archive') ? '0' : '15s'}
archive_command = '${archive}'
`;
}

/** Lets the platform's nightly job run once. */
export async function dumpDatabase(blueprint: Blueprint, signal: AbortSignal): Promise<void> {
  if (blueprint.contract.bucket === undefined) await dumpToFolder(blueprint, signal);
  else await dumpToBucket(blueprint, blueprint.contract.bucket, signal);
}

/** A dump of the database, through gzip. */
async function dumpToFolder(blueprint: Blueprint, signal: AbortSignal): Promise<void> {
  const { dir, ports, runAs, contract, sabotage } = blueprint;
  const { dumps } = backupFolders(dir);
  const begun = lastBegun(contract.dumpsAt, sabotage, Date.now());
  const file = dumpFile(dir, begun);
  const dump = join(binDirOf(blueprint), 'pg_dump');
  const url = postgresUrl(blueprint, 'postgres', ports.a.postgres);
  await runProgram({
    title: 'the nightly dump',
    argv: [
      '/bin/sh',
      '-c',
      `set -e; "$0" --dbname="$1" > "$2.sql"; gzip -1 -c "$2.sql" > "$2.part"; rm "$2.sql"; mv "$2.part" "$2"`,
      dump,
      url,
      file,
    ],
    env: { ...unitEnvironment, ...labMarks(dir, 'edge/dump') },
    cwd: dumps,
    ...(runAs && { runAs }),
    signal,
  });
  fillEarlierNights(blueprint, file, begun);
  // As a full disk leaves it.
  if (sabotage.includes('cut-dump')) truncateSync(file, Math.floor(statSync(file).size / 2));
  // Not now, as this one was.
  if (contract.dumpsAt !== undefined || sabotage.includes('stale-dump')) utimesSync(file, begun, begun);
}

/** When a nightly job that begins at a time of day (`02:00`, UTC; any, where there is none) has begun for the last time. */
export function lastBegun(at: string | undefined, sabotage: readonly Sabotage[], now: number): Date {
  const until = now - (sabotage.includes('stale-dump') ? STALE_MS : 0);
  if (at === undefined) return new Date(until);
  const day = new Date(until).toISOString().slice(0, 10);
  let begun = Date.parse(`${day}T${at}:00Z`) + (sabotage.includes('late-dumps') ? LATE_MS : 0);
  while (begun > until) begun -= DAY_MS;
  return new Date(begun);
}

/**
 * A lab is up for minutes, and its job has run in all the nights before: of each there is the same dump, by the name and
 * the time that it would have.
 */
function fillEarlierNights({ dir, runAs, contract, sabotage }: Blueprint, dump: string, begun: Date): void {
  const days = sabotage.includes('hasty-pruning') ? HASTY_DAYS : (contract.keepsDumpsDays ?? WEEK_DAYS);
  const missed: readonly number[] = sabotage.includes('missed-nights') ? MISSED_DAYS_AGO : [];
  const failed: readonly number[] = sabotage.includes('failed-nights') ? FAILED_DAYS_AGO : [];
  for (let ago = 1; ago <= days; ago += 1) {
    if (missed.includes(ago)) continue;
    const then = new Date(begun.getTime() - ago * DAY_MS);
    const file = dumpFile(dir, then);
    if (failed.includes(ago)) writeFileSync(file, gzipSync(''));
    else copyFileSync(dump, file);
    if (runAs) chownSync(file, runAs.uid, runAs.gid);
    utimesSync(file, then, then);
  }
}

function dumpFile(dir: string, begun: Date): string {
  return join(backupFolders(dir).dumps, `platform_${stampOf(begun)}.sql.gz`);
}

/** A dump of the database, as an object. */
async function dumpToBucket(
  { dir, tools, sabotage }: Blueprint,
  { name, prefix }: Bucket,
  signal: AbortSignal,
): Promise<void> {
  await runProgram({
    title: 'the backup job',
    argv: [tools.node, jobProgram, dir],
    env: { ...unitEnvironment, ...labMarks(dir, 'edge/dump') },
    cwd: '/',
    signal,
  });
  const bucket = join(objectFolders(dir).objects, name);
  const folder = join(bucket, prefix);
  // An upload that was torn has left no object whose age could be told.
  if (sabotage.includes('stale-dump') && existsSync(folder)) {
    const made = new Date(Date.now() - STALE_MS);
    for (const object of readdirSync(folder)) utimesSync(join(folder, object), made, made);
  }
  if (sabotage.includes('lost-bucket')) rmSync(bucket, { recursive: true });
}
