import type { Clock } from '@ordeal/shared/time/clock';
import type { Healer } from '@ordeal/shared/undo/healer';
import type { UndoLedger } from '@ordeal/shared/undo/ledger';
import { z } from 'zod';
import { isComplete } from './catalogue.ts';
import { openStorage, storageSchema, type StorageConfig } from './config.ts';
import { COPY_DRIVER } from './copy-driver.ts';

const schema = z.object({ storage: storageSchema, id: z.string().min(1) });

/** A copy takes no longer, beyond what its programs may: its content is read, and its log archived. */
const BEYOND_PROGRAMS_MS = 3_600_000;
/** What a runner asked for as it died may come about so much later. */
const AGAIN_AFTER_MS = 200;

/** A copy that is to be made. */
export interface NewCopy {
  readonly id: string;
  readonly storage: StorageConfig;
  /** How long the programs that make it may take. */
  readonly mostMs: number;
}

/**
 * Makes a copy, with a note in the run's undo ledger from before its first byte until it is complete, or nothing is left of it.
 * Rejects as `make` does, behind the taking away.
 */
export async function notedCopy<T>(
  { id, storage: config, mostMs }: NewCopy,
  ledger: Pick<UndoLedger, 'push' | 'settle'> | undefined,
  clock: Clock,
  make: () => Promise<T>,
): Promise<T> {
  const storage = openStorage(config);
  const entry = ledger?.push({
    driver: COPY_DRIVER,
    // With what opens the storage: the run's own file has it, and is read by its owner alone.
    config: { storage: config, id } satisfies z.infer<typeof schema>,
    describe: `the unfinished copy ${id} in ${storage.place}`,
    deadline: new Date(clock.wall() + mostMs + BEYOND_PROGRAMS_MS).toISOString(),
    revives: 'nothing',
  });
  const settle = (): void => {
    if (entry !== undefined) ledger?.settle(entry.id, 'run');
  };
  try {
    const made = await make();
    settle();
    return made;
  } catch (error) {
    // What cannot be taken away now stays noted.
    await storage.removeAll(id).then(settle, () => undefined);
    throw error;
  }
}

/** Takes away what there is of a copy whose runner has died. One that was complete by then is a backup, and stays. */
export const copyHealer: Healer = {
  heal: async (entry, { clock, signal }) => {
    const parsed = schema.safeParse(entry.config);
    if (!parsed.success) throw new Error(`the undo entry ${entry.id} names no copy`);
    const { storage: config, id } = parsed.data;
    const storage = openStorage(config);
    if (await isComplete(storage, id)) return;
    await storage.removeAll(id);
    await clock.sleep(AGAIN_AFTER_MS, signal);
    // Whatever has come since: without its files a label says nothing.
    await storage.removeAll(id);
  },
};
