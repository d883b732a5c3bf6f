import type { BackupCopy } from '@ordeal/shared/drivers/backup';
import { BackupBroken } from '@ordeal/shared/drivers/backup';
import { openTimeZone } from '@ordeal/shared/time/time-zone';
import { blame, listCopies, readFile, readLabel } from '../../backup-storage/catalogue.ts';
import { openStorage } from '../../backup-storage/config.ts';
import type { DumpConfig } from './config.ts';
import { timeInName } from './name-time.ts';
import { kind } from './take.ts';

/** The newest complete copy: taken here, or by somebody else. */
export async function latest(config: DumpConfig): Promise<BackupCopy | undefined> {
  const own = await listCopies(openStorage(config.storage), kind);
  return [...own, ...(await foreignCopies(config))].sort((a, b) => b.instant.high - a.instant.high)[0];
}

/** All that are made on a schedule, oldest first: by somebody else, where somebody else makes them. */
export async function kept(config: DumpConfig): Promise<readonly BackupCopy[]> {
  const copies =
    config.foreign === undefined
      ? await listCopies(openStorage(config.storage), kind)
      : await foreignCopies(config);
  return copies.toSorted((a, b) => a.instant.high - b.instant.high);
}

async function foreignCopies({ storage: place, foreign }: DumpConfig): Promise<readonly BackupCopy[]> {
  if (foreign === undefined) return [];
  const storage = openStorage(place);
  const pattern = new RegExp(foreign.files);
  const files = (await storage.list('')).filter((file) => pattern.test(file.name));
  return files.map((file): BackupCopy => {
    const { instant, from } = instantOf(file, pattern, foreign);
    const { name, bytes } = file;
    const assumed = `from ${from}, and ${foreign.longestSeconds} s for its making at most`;
    return { id: name, instant, bytes, source: null, content: null, detail: { instant: assumed } };
  });
}

/**
 * Which moment a dump holds: by the file's time, and by the time in its name. The file's is that of its last copying,
 * so where the two do not agree the older one is believed; where they do, what both allow.
 */
function instantOf(
  { name, modified }: { readonly name: string; readonly modified: number },
  pattern: RegExp,
  { longestSeconds, timeZone }: NonNullable<DumpConfig['foreign']>,
): { readonly instant: BackupCopy['instant']; readonly from: string } {
  const longest = longestSeconds * 1000;
  const byFile = { low: modified - longest, high: modified };
  const named = timeInName(name, pattern, openTimeZone(timeZone));
  if (named === undefined) return { instant: byFile, from: "the file's time" };
  if (!named.there) {
    return { instant: byFile, from: `the file's time, as there is no ${named.named}, which its name says` };
  }
  // A name is given before the dump begins.
  const byName = { low: named.span.low, high: named.span.high + longest };
  const instant = { low: Math.max(byFile.low, byName.low), high: Math.min(byFile.high, byName.high) };
  if (instant.low <= instant.high) return { instant, from: "the file's time and its name" };
  return byName.high < byFile.low
    ? { instant: byName, from: 'its name, as the file was written again later' }
    : { instant: byFile, from: "the file's time, which is before that in its name" };
}

/** A copy's dump on its way. */
export interface Dump {
  readonly name: string;
  /** Rejects at their end when they are not those that were written. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** What an error while it was loaded says about the copy. */
  readonly blame: (error: unknown) => Promise<unknown>;
}

export async function dumpOf(config: DumpConfig, copy: BackupCopy): Promise<Dump> {
  const storage = openStorage(config.storage);
  if (copy.source === null) {
    return { name: copy.id, bytes: await storage.read(copy.id), blame: async (error) => error };
  }
  const label = await readLabel(storage, copy.id);
  const [file] = label.files;
  if (file === undefined) throw new BackupBroken('label', `the label of ${copy.id} names no file`);
  return {
    name: `${copy.id}/${file.name}`,
    bytes: readFile(storage, copy.id, file),
    blame: async (error) => await blame(storage, label, error),
  };
}
