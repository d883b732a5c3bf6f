import type { RestoreRecord } from '../record/record.ts';
import { interval, quantity } from './figures.ts';

/** A restore in a few words: how fast it was proven, and how old what it gave back was. */
export function restoreInWords(restore: RestoreRecord): string {
  const { kind, seconds, failed } = restore;
  if (failed !== undefined) return 'not restored and proven';
  const old = ageInWords(restore);
  if (kind === 'backup-freshness') return `whole where it lies, ${old}`;
  return `restored and proven in ${quantity(seconds.low, 's')}, ${old}`;
}

/** How old what it gave back was. */
export function ageInWords({ backupAgeSeconds, backupAgeless }: RestoreRecord): string {
  return backupAgeless === undefined ? `${interval(backupAgeSeconds, 's')} old` : 'of unknown age';
}
