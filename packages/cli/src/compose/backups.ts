import { parseBackupCommand } from '@ordeal/dr/drivers/backup-command/config';
import { createBackupCommand } from '@ordeal/dr/drivers/backup-command/driver';
import { parseBasebackup } from '@ordeal/dr/drivers/pg-basebackup/config';
import { createBasebackup } from '@ordeal/dr/drivers/pg-basebackup/driver';
import { parseDump } from '@ordeal/dr/drivers/pg-dump/config';
import { createDump } from '@ordeal/dr/drivers/pg-dump/driver';
import { parseRestoreSettings, type RestoreSettings } from '@ordeal/dr/restore/config';
import type { BackupDriver, PointInTime } from '@ordeal/shared/drivers/backup';
import type { Result } from '@ordeal/shared/platform/diagnostics';
import type { BackupEntry } from '@ordeal/shared/platform/platform';

/** A backup's driver with its settings, and where and how what it holds is restored. */
export interface ConfiguredBackup {
  readonly driver: BackupDriver & Partial<PointInTime>;
  readonly settings: RestoreSettings;
  /** The live source, where it is a server that can be asked. */
  readonly source?: { readonly url: string };
}

type Made = Pick<ConfiguredBackup, 'driver' | 'source'>;

/** The only list of backup drivers. */
export const backupDrivers: Readonly<Record<string, (raw: unknown, path: string) => Result<Made>>> = {
  'pg-basebackup': backup(parseBasebackup, createBasebackup, ({ url }) => url),
  'pg-dump': backup(parseDump, createDump, ({ url }) => url),
  command: backup(parseBackupCommand, createBackupCommand, () => undefined),
};

/** Hands a backup's driver its settings, and those of its restores. All complaints of both come at once. */
export function configuredBackup(
  entry: BackupEntry,
  parse: (raw: unknown, path: string) => Result<Made>,
  path: string,
): Result<ConfiguredBackup> {
  const made = parse(entry.config, `${path}.config`);
  const settings = parseRestoreSettings(entry.restore, `${path}.restore`);
  if (made.ok && settings.ok) return { ok: true, value: { ...made.value, settings: settings.value } };
  return {
    ok: false,
    diagnostics: [...(made.ok ? [] : made.diagnostics), ...(settings.ok ? [] : settings.diagnostics)],
  };
}

function backup<Config>(
  parse: (raw: unknown, path: string) => Result<Config>,
  create: (config: Config) => ConfiguredBackup['driver'],
  sourceOf: (config: Config) => string | undefined,
): (raw: unknown, path: string) => Result<Made> {
  return (raw, path) => {
    const parsed = parse(raw, path);
    if (!parsed.ok) return parsed;
    const url = sourceOf(parsed.value);
    const driver = create(parsed.value);
    return { ok: true, value: url === undefined ? { driver } : { driver, source: { url } } };
  };
}
