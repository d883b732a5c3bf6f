import type { Healer } from '@ordeal/shared/undo/healer';
import { z } from 'zod';
import { isComplete } from './catalogue.ts';
import { openStorage, storageSchema } from './config.ts';

const schema = z.object({
  storage: storageSchema,
  id: z.string().min(1),
  files: z.array(z.string().min(1)).readonly(),
});

/** `config` of an undo entry of a copy that is being made. */
export type CopyUndo = z.infer<typeof schema>;

/** What a runner asked for as it died may come about so much later. */
const AGAIN_AFTER_MS = 200;

/** Takes away what there is of a copy whose runner has died. One that was complete by then is a backup, and stays. */
export const copyHealer: Healer = {
  heal: async (entry, { clock, signal }) => {
    const parsed = schema.safeParse(entry.config);
    if (!parsed.success) throw new Error(`the undo entry ${entry.id} names no copy`);
    const { storage: config, id, files } = parsed.data;
    const storage = openStorage(config);
    if (await isComplete(storage, id)) return;
    await storage.removeAll(id);
    await clock.sleep(AGAIN_AFTER_MS, signal);
    // Whatever has come since: without its files a label says nothing.
    await storage.removeAll(id);
    await storage.endWriting(id, files);
  },
};
