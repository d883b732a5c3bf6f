import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync, chownSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { BackupDriver } from '@ordeal/shared/drivers/backup';
import { leftOut } from '@ordeal/shared/testing/left-out';
import { testProgram, withoutPrograms } from '@ordeal/shared/testing/test-program';
import { createBackupCommand } from '../../src/drivers/backup-command/driver.ts';
import { startSource, type Source } from '../backup/source.ts';
import { checkIn, phaseOf, restoreOnce, settingsFor } from './fixtures.ts';

vi.setConfig({ testTimeout: 180_000 });

const path = testProgram('pgbackrest');
let source: Source;
let driver: BackupDriver;

beforeAll(async () => {
  if (path === undefined) return;
  source = await startSource((dir) => ({
    unix_socket_directories: dir,
    archive_command: `${path} --config=${dir}/pgbackrest.conf --stanza=shop archive-push %p`,
  }));
  const { dir, dataDir, port, runAs } = source;
  const config = join(dir, 'pgbackrest.conf');
  for (const name of ['repo', 'logs', 'lock', 'spool']) {
    mkdirSync(join(dir, name));
    if (runAs !== undefined) chownSync(join(dir, name), runAs.uid, runAs.gid);
  }
  const places = `repo1-path=${dir}/repo\nlog-path=${dir}/logs\nlock-path=${dir}/lock\nspool-path=${dir}/spool`;
  writeFileSync(
    config,
    `[global]\n${places}\nstart-fast=y\n[shop]\npg1-path=${dataDir}\npg1-port=${port}\npg1-socket-path=${dir}\n`,
    { mode: 0o644 },
  );
  const call = `${path} --config=${config} --stanza=shop`;
  execFileSync('sh', ['-c', `${call} stanza-create`], { cwd: '/', ...runAs });
  const latest = join(dir, 'latest.mjs');
  writeFileSync(
    latest,
    `let text = '';
for await (const part of process.stdin) text += part;
const copy = JSON.parse(text)[0]?.backup?.at(-1);
const at = (copy?.timestamp.stop ?? 0) * 1000;
console.log(JSON.stringify(copy === undefined ? null : { id: copy.label, bytes: copy.info.size, instant: { low: at, high: at + 1000 } }));
`,
  );
  const [row] = await source.sql<{ system: string }>(
    'SELECT system_identifier::text AS system FROM pg_control_system()',
  );
  const asOwner =
    runAs === undefined ? [] : ['setpriv', `--reuid=${runAs.uid}`, `--regid=${runAs.gid}`, '--clear-groups'];
  const node = process.execPath;
  driver = createBackupCommand({
    identify: ['echo', JSON.stringify({ system: row?.system })],
    latest: [...asOwner, 'sh', '-c', `${call} --output=json info | ${node} ${latest}`],
    take: [...asOwner, 'sh', '-c', `${call} backup`],
    verify: [...asOwner, 'sh', '-c', `${call} verify`],
    restore: ['sh', '-c', `${call} --pg1-path="$ORDEAL_DATA_DIR" --set="$ORDEAL_BACKUP_ID" restore`],
    fills: 'files',
    user: 'postgres',
    database: 'shop',
    withinSeconds: 120,
  });
}, 120_000);
afterAll(() => source?.dispose());

it.skipIf(leftOut(withoutPrograms('pgbackrest')))('what pgBackRest keeps comes back', async () => {
  const settings = settingsFor(source, {
    checks: [{ name: 'all there', sql: "SELECT count(*) = 2000 FROM orders WHERE item LIKE 'item %'" }],
  });
  const outcome = await restoreOnce(phaseOf({ kind: 'restore', take: true }), { source, driver, settings });
  expect(outcome.record.failed).toBeUndefined();
  expect(checkIn(outcome, 'verified by its program')?.outcome).toBe('held');
});
