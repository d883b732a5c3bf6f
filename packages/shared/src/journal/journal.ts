import type { JournalEntry, RunEvent } from '../timeline/event.ts';

/** Takes events as they happen. Each is on its way to the disk when `append` returns. */
export interface Journal {
  append(event: RunEvent): JournalEntry;
}
