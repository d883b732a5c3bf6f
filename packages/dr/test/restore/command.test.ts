import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupDriver } from '@ordeal/shared/drivers/backup';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { BackupCommandConfig } from '../../src/drivers/backup-command/config.ts';
import { createBackupCommand } from '../../src/drivers/backup-command/driver.ts';
import { startSource, type Source } from '../backup/source.ts';
import { testContext } from '../drivers/two-servers.ts';
import { brokenIn, checkIn, phaseOf, restoreOnce, settingsFor } from './fixtures.ts';

vi.setConfig({ testTimeout: 120_000 });

let source: Source;
let system: string;
let folder: string;

/** A platform's own scripts: what pg_dump writes, in a file. */
function driverWith(change: Partial<BackupCommandConfig> = {}): BackupDriver {
  const dump = join(folder, 'dump.sql');
  const label = join(folder, 'label.json');
  return createBackupCommand({
    identify: ['echo', JSON.stringify({ system, database: 'shop' })],
    latest: ['sh', '-c', `cat ${label} || echo null`],
    take: [
      'sh',
      '-c',
      `${source.binDir}/pg_dump ${source.url} > ${dump} && now=$(date +%s000) && echo '{"id":"own-'$(date +%N)'","bytes":1,` +
        `"source":{"system":"${system}"},"instant":{"low":'$now',"high":'$now'}}' > ${label}`,
    ],
    verify: ['grep', '-q', 'database dump complete', dump],
    restore: [
      'sh',
      '-c',
      `grep -q "$ORDEAL_BACKUP_ID" ${label} && ${source.binDir}/psql -qX -v ON_ERROR_STOP=1 -f ${dump}`,
    ],
    fills: 'server',
    user: 'postgres',
    database: 'shop',
    withinSeconds: 60,
    ...change,
  });
}

beforeAll(async () => {
  source = await startSource();
  folder = join(source.dir, 'own');
  mkdirSync(folder);
  const [row] = await source.sql<{ system: string }>(
    'SELECT system_identifier::text AS system FROM pg_control_system()',
  );
  system = row?.system ?? '';
}, 60_000);
afterAll(() => source.dispose());

/** Everything that was committed is in the archive. */
async function archived(): Promise<void> {
  const [row] = await source.sql<{ name: string }>('SELECT pg_walfile_name(pg_switch_wal()) AS name');
  const file = join(source.archive, row?.name ?? '');
  await vi.waitFor(() => expect(existsSync(file)).toBe(true), { timeout: 30_000 });
}

it('tells that there is no backup, and takes and restores one', async () => {
  expect(await driverWith().latest(testContext())).toBeUndefined();
  const outcome = await restoreOnce(phaseOf({ kind: 'restore', take: true }), {
    source,
    driver: driverWith(),
  });
  expect(outcome.record.failed).toBeUndefined();
  expect(checkIn(outcome, 'proven')?.detail).toBe('by orders can be read');
  expect(checkIn(outcome, 'content')?.outcome).toBe('not-run');
});

it('leads programs to the restored server, whatever live one the environment of the runner names', async () => {
  const { port, binDir } = source;
  const services = join(folder, 'services.conf');
  writeFileSync(services, `[live]\nhost=127.0.0.1\nport=${port}\nuser=postgres\ndbname=shop\n`);
  vi.stubEnv('PGSERVICEFILE', services);
  vi.stubEnv('PGSERVICE', 'live');
  vi.stubEnv('PGHOSTADDR', '127.0.0.1');
  vi.stubEnv('PGPORT', String(port));
  try {
    const psql = `${binDir}/psql -qX -v ON_ERROR_STOP=1`;
    const driver = driverWith({
      restore: ['sh', '-c', `${psql} -c "CREATE TABLE stray ()" -f ${join(folder, 'dump.sql')}`],
    });
    const settings = settingsFor(source, {
      checks: [
        { name: 'app', command: ['sh', '-c', `${psql} -c "CREATE TABLE strayed ()"`], withinSeconds: 30 },
        { name: 'both', sql: "SELECT count(*) = 2 FROM pg_class WHERE relname LIKE 'stray%'" },
      ],
    });
    const outcome = await restoreOnce(phaseOf({ kind: 'restore', take: true }), { source, driver, settings });
    expect(outcome.record.failed).toBeUndefined();
    expect(checkIn(outcome, 'proven')?.outcome).toBe('held');
    expect(await source.sql("SELECT relname FROM pg_class WHERE relname LIKE 'stray%'")).toEqual([]);
  } finally {
    vi.unstubAllEnvs();
  }
});

it('looks at one where it lies, and tells its age', async () => {
  const phase = phaseOf({ kind: 'backup-freshness' });
  const well = await restoreOnce(phase, { source, driver: driverWith() });
  expect(well.record.failed).toBeUndefined();
  expect(checkIn(well, 'verified by its program')?.outcome).toBe('held');
  expect(checkIn(well, 'age within its target')?.outcome).toBe('held');
  writeFileSync(join(folder, 'dump.sql'), 'cut off');
  const broken = await restoreOnce(phase, { source, driver: driverWith() });
  expect(brokenIn(broken)).toContain('verified by its program');
  expect(broken.record.failed).toBeDefined();
});

it('does not say of one that nobody can look at that it is whole', async () => {
  const driver = driverWith({ verify: undefined });
  await driver.take(testContext());
  const unseen = await restoreOnce(phaseOf({ kind: 'backup-freshness' }), { source, driver });
  expect(unseen.record.failed).toBeUndefined();
  expect(checkIn(unseen, 'whole')).toMatchObject({
    outcome: 'not-run',
    detail: expect.stringContaining('no `verify` is set'),
  });
  expect(unseen.record.steps?.find(({ name }) => name === 'look at it')?.detail).toContain(
    'nothing says whether it is whole',
  );
});

it('starts a server on the files that a program has brought', async () => {
  const take = [
    join(source.binDir, 'pg_basebackup'),
    '-D',
    join(folder, 'files'),
    '-d',
    source.url,
    '-c',
    'fast',
  ];
  execFileSync(take[0] ?? '', take.slice(1));
  execFileSync('chmod', ['-R', 'a+rX', source.dir]);
  await driverWith().take(testContext());
  const driver = driverWith({
    fills: 'files',
    restore: ['sh', '-c', `cp -r ${folder}/files/. "$ORDEAL_DATA_DIR" && chmod -R go-rwx "$ORDEAL_DATA_DIR"`],
  });
  const outcome = await restoreOnce(phaseOf({ kind: 'restore', take: false }), { source, driver });
  expect(outcome.record.failed).toBeUndefined();
});

it('starts no second server beside one that a program has left running', async () => {
  const start = `${source.binDir}/pg_ctl -D "$ORDEAL_DATA_DIR" -o "-p $(shuf -i 20000-29000 -n 1)" -l "$ORDEAL_DIR/own.log" -w start`;
  const driver = driverWith({
    fills: 'files',
    restore: [
      'sh',
      '-c',
      `cp -r ${folder}/files/. "$ORDEAL_DATA_DIR" && chmod -R go-rwx "$ORDEAL_DATA_DIR" && ${start} > "$ORDEAL_DIR/own.out" 2>&1`,
    ],
  });
  const outcome = await restoreOnce(phaseOf({ kind: 'restore', take: false }), { source, driver });
  expect(outcome.record.failed).toMatch(
    /has left a server running in .*data \(process .*\): it has to stop it/,
  );
});

it('lets files without their log recover as their program has said, and keeps them to themselves', async () => {
  const files = join(folder, 'without-log');
  execFileSync(join(source.binDir, 'pg_basebackup'), [
    '-D',
    files,
    '-d',
    source.url,
    '-c',
    'fast',
    '-X',
    'none',
  ]);
  await source.sql("INSERT INTO orders (item, price) VALUES ('since', 1)");
  await archived();
  const said = join(folder, 'said.conf');
  writeFileSync(
    said,
    [
      `restore_command = 'cp ''${source.archive}/%f'' "%p"'`,
      `archive_mode = 'always'`,
      `archive_command = 'touch ${folder}/left-it'`,
      `archive_cleanup_command = 'touch ${folder}/left-it'`,
      `recovery_end_command = 'touch ${folder}/left-it'`,
      `primary_conninfo = 'host=127.0.0.1 port=${source.port} user=postgres'`,
      `port = '${source.port}'`,
      '',
    ].join('\n'),
  );
  execFileSync('chmod', ['-R', 'a+rX', source.dir]);
  await driverWith().take(testContext());
  const bring = `cp -r ${files}/. "$ORDEAL_DATA_DIR" && cat ${said} >> "$ORDEAL_DATA_DIR/postgresql.auto.conf"`;
  const driver = (also: string): BackupDriver =>
    driverWith({
      fills: 'files',
      restore: ['sh', '-c', `${bring} && ${also} && chmod -R go-rwx "$ORDEAL_DATA_DIR"`],
    });
  const settings = settingsFor(source, {
    checks: [{ name: 'all there', sql: "SELECT count(*) = 1 FROM orders WHERE item = 'since'" }],
  });
  const phase = phaseOf({ kind: 'restore', take: false });
  for (const signal of ['recovery.signal', 'standby.signal']) {
    const outcome = await restoreOnce(phase, {
      source,
      driver: driver(`touch "$ORDEAL_DATA_DIR/${signal}"`),
      settings,
    });
    expect(outcome.record.failed, signal).toBeUndefined();
  }
  expect(existsSync(join(folder, 'left-it'))).toBe(false);
  const without = await restoreOnce(phase, { source, driver: driver('true'), settings });
  expect(brokenIn(without), 'a program that says nothing of its log').toEqual(['server starts']);
});

it('is told when nothing was taken though the program ends with 0', async () => {
  await driverWith().take(testContext());
  const driver = driverWith({ take: ['true'] });
  const outcome = await restoreOnce(phaseOf({ kind: 'restore', take: true }), { source, driver });
  expect(brokenIn(outcome)).toEqual(['backup taken']);
  expect(outcome.record.failed).toMatch(/true exits with 0, and the newest backup is still own-\d+/);
});

it('asks the program whether a copy is well before it restores it', async () => {
  await driverWith().take(testContext());
  const phase = phaseOf({ kind: 'restore', take: false });
  const well = await restoreOnce(phase, { source, driver: driverWith() });
  expect(checkIn(well, 'verified by its program')?.outcome).toBe('held');
  const driver = driverWith({ verify: ['false'] });
  expect(brokenIn(await restoreOnce(phase, { source, driver }))).toEqual(['verified by its program']);
  const unasked = driverWith({ verify: undefined });
  const outcome = await restoreOnce(phase, { source, driver: unasked });
  expect(checkIn(outcome, 'verified by its program')?.outcome).toBe('not-run');
});

it('tells what a program does wrong', async () => {
  const latest = driverWith({ latest: ['echo', 'none'] }).latest(testContext());
  await expect(latest).rejects.toThrow('expected JSON of echo none, found "none\\n"');
  const half = driverWith({ latest: ['echo', '{"id":"x"}'] }).latest(testContext());
  await expect(half).rejects.toThrow('prints something else: instant');
  await expect(createBackupCommand({ ...base(), take: undefined }).take(testContext())).rejects.toThrow(
    '`take`',
  );
  const driver = driverWith({ restore: ['sh', '-c', 'echo no such thing >&2; exit 3'] });
  const outcome = await restoreOnce(phaseOf({ kind: 'restore', take: false }), { source, driver });
  expect(brokenIn(outcome)).toEqual(['restored by its program']);
  expect(outcome.record.failed).toMatch(/ended with 3: no such thing/);
  expect(existsSync(join(folder, 'dump.sql'))).toBe(true);
});

function base(): BackupCommandConfig {
  const argv = ['true'];
  return {
    identify: argv,
    latest: argv,
    restore: argv,
    fills: 'server',
    user: 'postgres',
    database: 'shop',
    withinSeconds: 5,
  };
}
