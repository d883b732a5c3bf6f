import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { unitEnvironment, type Blueprint } from '../layout/blueprint.ts';
import { backupFolders } from '../layout/backups.ts';
import { inLab } from '../layout/paths.ts';
import { labMarks } from '../leftovers/find.ts';
import { binDirOf, postgresUrl } from '../units/postgres.ts';
import { runProgram } from './run-program.ts';

/** Makes their folders. The servers write into the archive themselves. */
export function makeBackupFolders({ dir, runAs }: Blueprint): void {
  mkdirSync(inLab.backups(dir), { mode: 0o711 });
  for (const folder of Object.values(backupFolders(dir))) {
    mkdirSync(folder, { mode: 0o700 });
    if (runAs) chownSync(folder, runAs.uid, runAs.gid);
  }
}

/** Settings by which a primary archives its log: whole files only, and one at least every half a minute. */
export function archiveSettings({ dir }: Blueprint): string {
  const to = join(backupFolders(dir).archive, '%f.gz');
  return `
archive_mode = on
archive_timeout = 30s
archive_command = 'gzip -1 -c %p > ${to}.part && mv ${to}.part ${to}'
`;
}

/** What the platform's nightly job does: a dump of the database, through gzip. */
export async function dumpDatabase(blueprint: Blueprint, signal: AbortSignal): Promise<void> {
  const { dir, ports, runAs } = blueprint;
  const { dumps } = backupFolders(dir);
  const file = join(dumps, `platform-${new Date().toISOString().slice(0, 10)}.sql.gz`);
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
}
