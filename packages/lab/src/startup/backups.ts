import { chownSync, mkdirSync, statSync, truncateSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { unitEnvironment, type Blueprint } from '../layout/blueprint.ts';
import { backupFolders } from '../layout/backups.ts';
import { inLab } from '../layout/paths.ts';
import { labMarks } from '../leftovers/find.ts';
import { binDirOf, postgresUrl } from '../units/postgres.ts';
import { runProgram } from './run-program.ts';

/** Of a nightly job that has stopped. */
const STALE_MS = 2 * 86_400_000;

/** Makes their folders. The servers write into the archive themselves. */
export function makeBackupFolders({ dir, runAs }: Blueprint): void {
  mkdirSync(inLab.backups(dir), { mode: 0o711 });
  for (const folder of Object.values(backupFolders(dir))) {
    mkdirSync(folder, { mode: 0o700 });
    if (runAs) chownSync(folder, runAs.uid, runAs.gid);
  }
}

/** Settings by which a primary archives its log: whole files only, and one at least every half a minute. */
export function archiveSettings({ dir, sabotage }: Blueprint): string {
  const to = join(backupFolders(dir).archive, '%f.gz');
  const archive = sabotage.includes('no-archive')
    ? '/bin/true'
    : `gzip -1 -c %p > ${to}.part && mv ${to}.part ${to}`;
  return `
archive_mode = on
archive_timeout = 30s
archive_command = '${archive}'
`;
}

/** What the platform's nightly job does: a dump of the database, through gzip. */
export async function dumpDatabase(blueprint: Blueprint, signal: AbortSignal): Promise<void> {
  const { dir, ports, runAs, sabotage } = blueprint;
  const { dumps } = backupFolders(dir);
  const made = new Date(Date.now() - (sabotage.includes('stale-dump') ? STALE_MS : 0));
  const file = join(dumps, `platform-${made.toISOString().slice(0, 10)}.sql.gz`);
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
  // As a full disk leaves it.
  if (sabotage.includes('cut-dump')) truncateSync(file, Math.floor(statSync(file).size / 2));
  if (sabotage.includes('stale-dump')) utimesSync(file, made, made);
}
