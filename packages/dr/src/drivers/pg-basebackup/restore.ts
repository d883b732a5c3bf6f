import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  BackupBroken,
  type BackupCheck,
  type BackupCopy,
  type RestoredServer,
  type RestorePoint,
  type RestoreTarget,
} from '@ordeal/shared/drivers/backup';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { Bounds } from '@ordeal/shared/time/interval';
import { readLabel, type BackupLabel } from '../../backup-storage/catalogue.ts';
import { openStorage } from '../../backup-storage/config.ts';
import {
  askRecovering,
  dataDirOf,
  isolate,
  promoted,
  start,
  stop,
  urlOf,
  write,
} from '../../restore/server.ts';
import { queryRows } from '../postgres/query.ts';
import type { BasebackupConfig } from './config.ts';
import { stageLog, type StagedLog } from './log.ts';
import { progressOf, replayedOf, type Progress } from './replayed.ts';
import { positionOf } from './segments.ts';
import { unpack, type UnpackedData } from './unpack.ts';

/**
 * Unpacks and verifies the files, and replays the log: up to the copy's own moment, where the server waits to be
 * looked at, and from there on up to the moment that is asked for.
 */
export async function restore(
  config: BasebackupConfig,
  copy: BackupCopy,
  into: RestoreTarget,
  point: RestorePoint,
  atOwnPoint: (url: string) => Promise<void>,
  context: DriverContext,
): Promise<RestoredServer> {
  const label = await readLabel(openStorage(config.storage), copy.id);
  const withinMs = config.recoverWithinSeconds * 1000;
  const data = await unpack(openStorage(config.storage), label, into, withinMs, context);

  const identity = identityCheck(label, data);
  if (identity.outcome === 'broken') throw new BackupBroken(identity.name, identity.detail);
  const own = label.detail['lsn'];
  const beforeOwn = point.to === 'time' && point.at < label.instant.high;
  const timeline = Number(label.detail['timeline'] ?? data.start.timeline);
  const through = beforeOwn || own === undefined ? undefined : { timeline, position: positionOf(own) };
  const log = await stageLog(openStorage(config.archive), data, through, into, context);

  const checks: BackupCheck[] = [...data.checks, identity, ...log.checks];
  const { user, database } = accessOf(config, label);
  const url = urlOf(into, user, database);
  const replay = async (target: Readonly<Record<string, string>>): Promise<void> => {
    isolate(into, {
      ...data.settings,
      restore_command: log.restoreCommand,
      hot_standby: 'on',
      recovery_target_timeline: 'latest',
      ...target,
    });
    write(into, 'recovery.signal', '');
    await diagnosed(log, start(into, context, withinMs));
  };
  if (!beforeOwn) {
    const name = label.detail['restorePoint'] ?? '';
    await replay({ recovery_target_name: name, recovery_target_action: 'pause' });
    await diagnosed(log, atTarget(url, own ?? '', into, withinMs, context));

    await atOwnPoint(url);
    if (point.to === 'own') {
      await queryRows({ name: 'restored', url }, context, 'SELECT pg_wal_replay_resume()');
      await diagnosed(log, promoted(url, into, withinMs, context));
      return { url, checks };
    }
    await stop(into, context);
  }
  await replay(
    point.to === 'time'
      ? {
          // Its zone is not known by name yet when the settings are read.
          recovery_target_time: new Date(point.at).toISOString().replace('T', ' ').replace('Z', '+00'),
          recovery_target_action: 'promote',
        }
      : {},
  );
  await diagnosed(log, promoted(url, into, withinMs, context));
  if (point.to === 'newest') checks.push(reachedEnd(into, data, log));
  const progress = await progressOf(url, context);
  const instant = instantOf(progress, copy, log);
  if (point.to !== 'time') return { url, checks, instant };
  const { at } = point;
  const replayed: RestoredServer['replayed'] = (later) => replayedOf(progress, at, log, data, into, later);
  return { url, checks, instant, replayed };
}

/** What went wrong while it was replayed, with what is known of the log. */
async function diagnosed(log: StagedLog, replaying: Promise<void>): Promise<void> {
  try {
    await replaying;
  } catch (error) {
    throw withDiagnosis(error, log);
  }
}

/** A recovery that ended early says only that it did; what was wrong with the log was found before. */
function withDiagnosis(error: unknown, log: StagedLog): unknown {
  const why = log.checks.filter((one) => one.outcome === 'broken').map((one) => one.detail);
  if (
    !(error instanceof BackupBroken) ||
    !/recovery ended before|requested recovery stop point/.test(error.message)
  )
    return error;
  const known =
    why.length > 0 ? `; ${why.join('; ')}` : ': nothing that was committed later is in the archive';
  return new BackupBroken('recovery reaches its target', `${error.message}${known}`, { cause: error });
}

/** Waits until the server has replayed up to its target and stands there. */
async function atTarget(
  url: string,
  lsn: string,
  into: RestoreTarget,
  withinMs: number,
  context: DriverContext,
): Promise<void> {
  const { clock, signal } = context;
  const deadline = clock.now() + withinMs;
  for (;;) {
    const [row] = await askRecovering<{ state: string; replayed: string | null }>(
      url,
      'SELECT pg_get_wal_replay_pause_state() AS state, pg_last_wal_replay_lsn()::text AS replayed',
      into,
      context,
    );
    if (row?.state === 'paused' && positionOf(row.replayed ?? '0/0') >= positionOf(lsn)) return;
    if (clock.now() > deadline)
      throw new Error(`replaying up to ${lsn} took longer than ${withinMs / 1000} s`);
    await clock.sleep(50, signal);
  }
}

function identityCheck(label: BackupLabel, data: UnpackedData): BackupCheck {
  const name = 'identity';
  return data.system === label.source.system
    ? { name, outcome: 'held', detail: `system ${data.system}` }
    : {
        name,
        outcome: 'broken',
        detail: `the files are of system ${data.system}, and the label says ${label.source.system}`,
      };
}

/** Replaying to the end stops without a word where a record cannot be read. */
function reachedEnd(into: RestoreTarget, data: UnpackedData, log: StagedLog): BackupCheck {
  const name = 'recovery reaches its target';
  const pgWal = join(dataDirOf(into), 'pg_wal');
  const newest = readdirSync(pgWal)
    .filter((file) => /^[0-9A-F]{8}\.history$/.test(file))
    .sort()
    .at(-1);
  const lines = newest === undefined ? [] : readFileSync(join(pgWal, newest), 'utf8').trim().split('\n');
  const lsn = lines.at(-1)?.split('\t')[1];
  if (lsn === undefined || log.last === undefined) {
    return { name, outcome: 'not-run', detail: 'the server does not say up to where it has replayed' };
  }
  const reached = positionOf(lsn) / data.segmentBytes;
  return reached >= log.last.number
    ? { name, outcome: 'held', detail: `replayed up to ${lsn}, in the last file of the archive` }
    : { name, outcome: 'broken', detail: `replaying ended at ${lsn}, before the last file ${log.last.name}` };
}

/** From the last commit that was replayed to the writing of the last file. */
function instantOf(progress: Progress, copy: BackupCopy, log: StagedLog): Bounds {
  const low = Math.max(progress.last ?? copy.instant.low, copy.instant.low);
  return { low, high: Math.max(low, log.last?.modified ?? low) };
}

/** Who to connect as: the same names as at the source. */
function accessOf(
  config: BasebackupConfig,
  label: BackupLabel,
): { readonly user: string; readonly database: string } {
  const user = decodeURIComponent(new URL(config.url).username) || 'postgres';
  return { user, database: label.content?.database ?? 'postgres' };
}
