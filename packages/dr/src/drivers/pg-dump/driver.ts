import type { BackupCheck, BackupCopy, BackupDriver, Kept } from '@ordeal/shared/drivers/backup';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import { checkFiles, readLabel } from '../../backup-storage/catalogue.ts';
import { openStorage } from '../../backup-storage/config.ts';
import type { DumpConfig } from './config.ts';
import { dumpOf, kept, latest } from './copies.ts';
import { sniff, sqlOf } from './dump-stream.ts';
import { readCustom } from './read-custom.ts';
import { restore } from './restore.ts';
import { identify, kind, take } from './take.ts';

/** Dumps of one PostgreSQL database. See `parseDump` for its configuration. */
export function createDump(config: DumpConfig): BackupDriver & Kept {
  return {
    kind,
    identify: async (context) => await identify(config, context),
    latest: async () => await latest(config),
    copies: async () => await kept(config),
    take: async (context, notes) => await take(config, context, notes),
    verify: async (copy, context) => await verify(config, copy, context),
    restore: async (copy, into, point, atOwnPoint, context) =>
      await restore(config, copy, into, point, atOwnPoint, context),
  };
}

async function verify(
  config: DumpConfig,
  copy: BackupCopy,
  context: DriverContext,
): Promise<readonly BackupCheck[]> {
  const storage = openStorage(config.storage);
  const files: readonly BackupCheck[] =
    copy.source === null
      ? [{ name: 'files intact', outcome: 'not-run', detail: 'nobody wrote down the checksum of this file' }]
      : [await checkFiles(storage, await readLabel(storage, copy.id), context.signal)];
  return [...files, await whole(config, copy, context)];
}

async function whole(config: DumpConfig, copy: BackupCopy, context: DriverContext): Promise<BackupCheck> {
  const name = 'dump complete';
  try {
    const dump = await dumpOf(config, copy);
    const { format, bytes } = await sniff(dump.bytes);
    if (format === 'custom') return await readCustom(config, dump.name, bytes, context);
    for await (const _ of sqlOf(dump.name, bytes)) context.signal.throwIfAborted();
    return { name, outcome: 'held', detail: `${dump.name} ends as pg_dump ends` };
  } catch (error) {
    context.signal.throwIfAborted();
    return { name, outcome: 'broken', detail: reasonOf(error) };
  }
}
