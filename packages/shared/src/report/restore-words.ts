import type { RestoreRecord } from '../record/record.ts';
import { interval, quantity } from './figures.ts';

/** A restore in a few words: how fast it was proven, and how old what it gave back was. */
export function restoreInWords({ kind, seconds, backupAgeSeconds: age, failed }: RestoreRecord): string {
  if (failed !== undefined) return 'not restored and proven';
  const old = `${interval(age, 's')} old`;
  if (kind === 'backup-freshness') return `whole where it lies, ${old}`;
  return `restored and proven in ${quantity(seconds.low, 's')}, ${old}`;
}
