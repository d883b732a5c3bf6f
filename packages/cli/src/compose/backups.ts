import type { RestoreSettings } from '@ordeal/dr/restore/config';
import type { BackupDriver, PointInTime, SelfArchiving } from '@ordeal/shared/drivers/backup';
import type { Result } from '@ordeal/shared/platform/diagnostics';
import type { BackupEntry } from '@ordeal/shared/platform/platform';

/** A backup's driver with its settings, and where and how what it holds is restored. */
export interface ConfiguredBackup {
  readonly driver: BackupDriver & Partial<PointInTime> & Partial<SelfArchiving>;
  readonly settings: RestoreSettings;
  /** The live source, where it is a server that can be asked. */
  readonly source?: { readonly url: string };
}

type Configure = (entry: BackupEntry, path: string) => Result<ConfiguredBackup>;

/** The only list of backup drivers. Each is loaded when a platform names it. */
export const backupDrivers: Readonly<Record<string, () => Promise<Configure>>> = {
  'pg-basebackup': async () => {
    const { parseBasebackup } = await import('@ordeal/dr/drivers/pg-basebackup/config');
    const { createBasebackup } = await import('@ordeal/dr/drivers/pg-basebackup/driver');
    return backup(parseBasebackup, createBasebackup, ({ url }) => url);
  },
  'pg-dump': async () => {
    const { parseDump } = await import('@ordeal/dr/drivers/pg-dump/config');
    const { createDump } = await import('@ordeal/dr/drivers/pg-dump/driver');
    return backup(parseDump, createDump, ({ url }) => url);
  },
  command: async () => {
    const { parseBackupCommand } = await import('@ordeal/dr/drivers/backup-command/config');
    const { createBackupCommand } = await import('@ordeal/dr/drivers/backup-command/driver');
    return backup(parseBackupCommand, createBackupCommand, () => undefined);
  },
};

/** Hands a backup's driver its settings, and those of its restores. All complaints of both come at once. */
async function backup<Config>(
  parse: (raw: unknown, path: string) => Result<Config>,
  create: (config: Config) => ConfiguredBackup['driver'],
  sourceOf: (config: Config) => string | undefined,
): Promise<Configure> {
  const { parseRestoreSettings } = await import('@ordeal/dr/restore/config');
  return (entry, path) => {
    const parsed = parse(entry.config, `${path}.config`);
    const settings = parseRestoreSettings(entry.restore, `${path}.restore`);
    if (!parsed.ok || !settings.ok) {
      return {
        ok: false,
        diagnostics: [...(parsed.ok ? [] : parsed.diagnostics), ...(settings.ok ? [] : settings.diagnostics)],
      };
    }
    const url = sourceOf(parsed.value);
    const value = { driver: create(parsed.value), settings: settings.value };
    return { ok: true, value: url === undefined ? value : { ...value, source: { url } } };
  };
}
