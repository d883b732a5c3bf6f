import { chownSync, mkdirSync } from 'node:fs';
import {
  BackupBroken,
  type BackupCheck,
  type BackupCopy,
  type BackupDriver,
  type DataSource,
  type RestoredServer,
  type RestorePoint,
  type RestoreTarget,
} from '@ordeal/shared/drivers/backup';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import { z } from 'zod';
import { run } from '../../restore/programs.ts';
import {
  broughtRecovery,
  dataDirOf,
  isolate,
  makeServer,
  promoted,
  start,
  superuser,
  urlOf,
  write,
} from '../../restore/server.ts';
import { towards } from '../../restore/towards.ts';
import { queryRows } from '../postgres/query.ts';
import { runningServer } from '../postgres/server.ts';
import type { BackupCommandConfig } from './config.ts';

const kind = 'command';

const source = z.object({ system: z.string().min(1), database: z.string().optional() });
const copySchema = z
  .object({
    id: z.string().min(1),
    instant: z
      .object({ low: z.number(), high: z.number() })
      .refine(({ low, high }) => low <= high, 'low at most high'),
    bytes: z.number().nonnegative(),
    source: source.nullable().default(null),
    content: z
      .object({
        database: z.string(),
        tables: z.array(z.object({ name: z.string(), rows: z.number(), checksum: z.string() })),
        sequences: z.array(z.object({ name: z.string(), last: z.string() })),
        objects: z.record(z.string(), z.number()),
      })
      .nullable()
      .default(null),
    detail: z.record(z.string(), z.string()).default({}),
  })
  .nullable();

/** Backups by programs of the platform's own. See `parseBackupCommand` for its configuration. */
export function createBackupCommand(config: BackupCommandConfig): BackupDriver {
  const call = async (
    argv: readonly string[],
    context: DriverContext,
    env: Readonly<Record<string, string>> = {},
    place: Pick<RestoreTarget, 'runAs'> & { readonly dir: string } = { dir: '/' },
  ): Promise<string> => {
    const set = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    // `env` adds to the environment, in which the programs find what they need.
    const all = set.length === 0 ? argv : ['env', ...set, ...argv];
    const timeoutMs = config.withinSeconds * 1000;
    return await run({ argv: all, cwd: place.dir, timeoutMs, runAs: place.runAs }, context);
  };
  const latest = async (context: DriverContext): Promise<BackupCopy | undefined> =>
    (read(copySchema, await call(config.latest, context), config.latest) as BackupCopy | null) ?? undefined;
  return {
    kind,
    identify: async (context) =>
      read(source, await call(config.identify, context), config.identify) as DataSource,
    latest,
    take: async (context) => {
      if (config.take === undefined) throw new Error('no `take` is set, so no backup can be taken here');
      const before = await latest(context);
      await call(config.take, context);
      const copy = await latest(context);
      if (copy !== undefined && copy.id !== before?.id) return copy;
      const found = copy === undefined ? 'there is no backup' : `the newest backup is still ${copy.id}`;
      throw new BackupBroken('backup taken', `${config.take.join(' ')} exits with 0, and ${found}`);
    },
    verify: async (copy, context) => [
      await verify(config, copy, context, (argv, env) => call(argv, context, env)),
    ],
    restore: async (copy, into, point, atOwnPoint, context) =>
      await restore(config, copy, into, point, atOwnPoint, context, (argv, env, place) =>
        call(argv, context, env, place),
      ),
  };
}

type Call = (
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  place?: Pick<RestoreTarget, 'runAs' | 'dir'>,
) => Promise<string>;

async function verify(
  config: BackupCommandConfig,
  copy: BackupCopy,
  { signal }: DriverContext,
  call: Call,
): Promise<BackupCheck> {
  const name = 'verified by its program';
  if (config.verify === undefined) return { name, outcome: 'not-run', detail: 'no `verify` is set' };
  try {
    await call(config.verify, { ORDEAL_BACKUP_ID: copy.id });
    return { name, outcome: 'held', detail: `${config.verify.join(' ')} exits with 0` };
  } catch (error) {
    signal.throwIfAborted();
    return { name, outcome: 'broken', detail: reasonOf(error) };
  }
}

async function restore(
  config: BackupCommandConfig,
  copy: BackupCopy,
  into: RestoreTarget,
  point: RestorePoint,
  atOwnPoint: (url: string) => Promise<void>,
  context: DriverContext,
  call: Call,
): Promise<RestoredServer> {
  if (point.to === 'time') throw new Error('a command backup restores its own moment only');
  const verified = await verify(config, copy, context, call);
  if (verified.outcome === 'broken') throw new BackupBroken(verified.name, verified.detail);
  const name = 'restored by its program';
  const brought = async (
    program: readonly string[],
    env: Readonly<Record<string, string>>,
    place: typeof into,
  ): Promise<void> => {
    try {
      await call(program, { ORDEAL_BACKUP_ID: copy.id, ...env }, place);
    } catch (error) {
      context.signal.throwIfAborted();
      throw new BackupBroken(name, reasonOf(error), { cause: error });
    }
  };
  const user = config.fills === 'files' ? config.user : superuser;
  const url = urlOf(into, user, config.database);
  if (config.fills === 'files') {
    const data = dataDirOf(into);
    mkdirSync(data, { mode: 0o700 });
    if (into.runAs !== undefined) chownSync(data, into.runAs.uid, into.runAs.gid);
    await brought(config.restore, { ORDEAL_DATA_DIR: data, ORDEAL_DIR: into.dir }, into);
    await startBrought(config, into, url, context);
  } else {
    await makeServer(into, context);
    isolate(into);
    await start(into, context, 60_000);
    const maintenance = { name: 'restored', url: urlOf(into, superuser, 'postgres') };
    await queryRows(maintenance, context, `CREATE DATABASE "${config.database.replaceAll('"', '""')}"`);
    const { dir, port } = into;
    const server = { host: dir, port, user: superuser, database: config.database, url };
    await brought(towards(server, config.restore), { ORDEAL_DIR: dir }, { ...into, runAs: undefined });
  }
  await atOwnPoint(url);
  return {
    url,
    checks: [verified, { name, outcome: 'held', detail: `${config.restore.join(' ')} exits with 0` }],
  };
}

/** Files that were brought may need their log, which their program has told the server how to fetch. */
async function startBrought(
  config: BackupCommandConfig,
  into: RestoreTarget,
  url: string,
  context: DriverContext,
): Promise<void> {
  const withinMs = config.withinSeconds * 1000;
  // What came with the data may hold a pid file, which says nothing then.
  const running = runningServer(dataDirOf(into));
  if (running !== undefined) {
    throw new Error(
      `${config.restore.join(' ')} has left a server running in ${dataDirOf(into)} (process ${running}): it has to stop ` +
        'it before it ends',
    );
  }
  const recovery = broughtRecovery(into);
  if (recovery === undefined) {
    isolate(into);
    await start(into, context, withinMs);
    return;
  }
  isolate(into, {
    ...recovery,
    // It is looked at when it is there, and some looks write.
    recovery_target_action: 'promote',
    // Nobody knows how large the settings were where the log was written, which only answering meanwhile needs.
    hot_standby: 'off',
  });
  write(into, 'recovery.signal', '');
  await start(into, context, withinMs, 'inherit');
  await promoted(url, into, withinMs, context);
}

function read<T>(schema: z.ZodType<T>, text: string, argv: readonly string[]): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`expected JSON of ${argv.join(' ')}, found ${JSON.stringify(text.slice(0, 100))}`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`${argv.join(' ')} prints something else: ${issue?.path.join('.')}: ${issue?.message}`);
}
