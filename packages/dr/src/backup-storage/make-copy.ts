import type { BackupCopy, MakingNotes } from '@ordeal/shared/drivers/backup';
import { copyOf, isComplete, writeLabel, type BackupLabel } from './catalogue.ts';
import { openStorage, type StorageConfig } from './config.ts';
import { COPY_DRIVER } from './copy-driver.ts';
import type { CopyUndo } from './copy-undo.ts';
import type { BackupStorage } from './storage.ts';

/** A copy that is to be made. */
export interface NewCopy {
  readonly kind: string;
  readonly id: string;
  readonly storage: StorageConfig;
  /** The files that it may have besides its label. */
  readonly files: readonly string[];
}

/** What a copy says of itself, but for what its maker knew before. */
export type WrittenCopy = Omit<BackupLabel, 'version' | 'kind' | 'id'>;

/**
 * Makes a copy: `write` writes its files, and the label comes last. It is noted from before its first byte until it is
 * complete, or nothing is left of it. Rejects as `write` does, behind the taking away.
 */
export async function makeCopy(
  { kind, id, storage: config, files }: NewCopy,
  notes: MakingNotes | undefined,
  write: (storage: BackupStorage) => Promise<WrittenCopy>,
): Promise<BackupCopy> {
  const storage = openStorage(config);
  const noted = notes?.begin({
    driver: COPY_DRIVER,
    // With what opens the storage: whoever takes it away has nothing else to go by.
    config: { storage: config, id, files } satisfies CopyUndo,
    describe: `the unfinished copy ${id} in ${storage.place}`,
  });
  try {
    const label: BackupLabel = { ...(await write(storage)), version: 1, kind, id };
    if (noted?.stands() === false) {
      throw new Error(`the copy ${id} was taken away while it was being made: its time was over`);
    }
    await complete(storage, label);
    noted?.end();
    return copyOf(label);
  } catch (error) {
    await takeAway(storage, id).then(
      () => noted?.end(),
      // What cannot be taken away now, or may be whole, stays noted.
      () => undefined,
    );
    throw error;
  }
}

/** Takes away what there is of a copy, but none that is whole. Rejects where nobody can tell whether it is. */
async function takeAway(storage: BackupStorage, id: string): Promise<void> {
  if (!(await isComplete(storage, id))) await storage.removeAll(id);
}

/** A label may be there though its writing failed: where only the answer was lost, the copy is whole. */
async function complete(storage: BackupStorage, label: BackupLabel): Promise<void> {
  try {
    await writeLabel(storage, label);
  } catch (error) {
    if (!(await isComplete(storage, label.id).catch(() => false))) throw error;
  }
}
