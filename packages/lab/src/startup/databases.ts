import { appendFileSync, chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, type ClientConfig } from 'pg';
import { DATABASE, unitEnvironment, type Blueprint } from '../layout/blueprint.ts';
import { inLab, regionNames, type RegionName } from '../layout/paths.ts';
import { labMarks } from '../leftovers/find.ts';
import { binDirOf, postgresUrl, sharedSettings, slotOf } from '../units/postgres.ts';
import { archiveSettings } from './backups.ts';
import { runProgram } from './run-program.ts';
import { boundTenant, roles, tables } from './schema.ts';

/** Makes the directories that the servers' unprivileged user needs. */
export function makePostgresHomes({ dir, runAs }: Blueprint): void {
  for (const region of regionNames) {
    const home = inLab.postgres(dir, region);
    mkdirSync(home, { mode: 0o700 });
    if (runAs) chownSync(home, runAs.uid, runAs.gid);
  }
}

/** Makes a's empty cluster. Not synced here: the server syncs all it writes, and this is made anew each time. */
export async function createCluster(blueprint: Blueprint, signal: AbortSignal): Promise<void> {
  const { dir, runAs, password } = blueprint;
  const passwordFile = join(inLab.postgres(dir, 'a'), 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (runAs) chownSync(passwordFile, runAs.uid, runAs.gid);
  await run(blueprint, 'a', signal, 'initdb', [
    `--pgdata=${inLab.postgresData(dir, 'a')}`,
    `--pwfile=${passwordFile}`,
    '--username=postgres',
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
    '--no-instructions',
  ]);
  rmSync(passwordFile);
  appendFileSync(
    join(inLab.postgresData(dir, 'a'), 'postgresql.conf'),
    sharedSettings + archiveSettings(blueprint),
  );
}

/** Makes the platform's database on the running primary, and the slot that b will use. */
export async function fillDatabase(blueprint: Blueprint): Promise<void> {
  const url = postgresUrl(blueprint, 'postgres', blueprint.ports.a.postgres);
  const maintenance = url.replace(`/${DATABASE}?`, '/postgres?');
  // The standby does not exist yet: waiting for it would take forever.
  const options = { options: '-c synchronous_commit=local' };
  await withClient({ connectionString: maintenance, ...options }, async (client) => {
    await client.query(`CREATE DATABASE ${DATABASE}`);
  });
  await withClient({ connectionString: url, ...options }, async (client) => {
    await client.query(roles(blueprint.password) + tables(blueprint.contract.schema));
    if (blueprint.sabotage.includes('bound-tenant')) await client.query(boundTenant);
  });
  await createSlot(blueprint, 'a', slotOf('b'));
}

/** Makes b a copy of a, set up to stream from it through b's replication proxy. */
export async function copyToStandby(blueprint: Blueprint, signal: AbortSignal): Promise<void> {
  const upstream = postgresUrl(blueprint, 'postgres', blueprint.ports.b.proxyReplication, {
    application_name: 'b',
  });
  await run(blueprint, 'b', signal, 'pg_basebackup', [
    `--pgdata=${inLab.postgresData(blueprint.dir, 'b')}`,
    `--dbname=${upstream}`,
    `--slot=${slotOf('b')}`,
    '--write-recovery-conf',
    '--checkpoint=fast',
    '--wal-method=stream',
    '--no-sync',
  ]);
}

/** The slot for the way back: a standby may have slots before it is anybody's upstream. */
export async function prepareFailback(blueprint: Blueprint): Promise<void> {
  await createSlot(blueprint, 'b', slotOf('a'));
}

async function createSlot(blueprint: Blueprint, on: RegionName, slot: string): Promise<void> {
  const connectionString = postgresUrl(blueprint, 'postgres', blueprint.ports[on].postgres);
  await withClient({ connectionString }, async (client) => {
    await client.query('SELECT pg_create_physical_replication_slot($1)', [slot]);
  });
}

async function withClient(config: ClientConfig, act: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client(config);
  client.on('error', () => undefined); // Whatever was under way is rejected with it.
  await client.connect();
  try {
    await act(client);
  } finally {
    await client.end();
  }
}

function run(
  blueprint: Blueprint,
  region: RegionName,
  signal: AbortSignal,
  program: string,
  args: readonly string[],
): Promise<void> {
  return runProgram({
    title: `${region}/postgres: ${program}`,
    argv: [join(binDirOf(blueprint), program), ...args],
    env: { ...unitEnvironment, ...labMarks(blueprint.dir, `${region}/setup`) },
    cwd: inLab.postgres(blueprint.dir, region),
    ...(blueprint.runAs && { runAs: blueprint.runAs }),
    signal,
  });
}
