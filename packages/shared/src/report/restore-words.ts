import type { ArchivingRecord, RestoreRecord } from '../record/record.ts';
import { interval, quantity } from './figures.ts';

/** A restore in a few words: how fast it was proven, and how old what it gave back was. */
export function restoreInWords(restore: RestoreRecord): string {
  const { kind, seconds, failed, archiving } = restore;
  if (kind === 'archiving') return archivingInWords(archiving);
  if (failed !== undefined) return 'not restored and proven';
  const old = ageInWords(restore);
  if (kind === 'backup-freshness') return `whole where it lies, ${old}`;
  return `restored and proven in ${quantity(seconds.low, 's')}, ${old}`;
}

/** How old what it gave back was. */
export function ageInWords({ backupAgeSeconds, backupAgeless }: RestoreRecord): string {
  return backupAgeless === undefined ? `${interval(backupAgeSeconds, 's')} old` : 'of unknown age';
}

/** How soon what is written is archived, by the source's settings and as it was seen. */
function archivingInWords(archiving: ArchivingRecord | undefined): string {
  if (archiving === undefined) return 'how soon the log is archived is not known';
  const { bound, seen } = archiving;
  if (bound === null) return 'nothing bounds how long the log waits to be archived';
  const most = `by its settings after ${quantity(bound.high, 's')} at most`;
  return seen === null
    ? `the log was not seen to be archived (${most})`
    : `the log was archived after ${interval(seen, 's')} (${most})`;
}
