import { whileLedgerWrites } from '../ledger/own-ledger.ts';
import { notesOf } from './parts.ts';
import type { RestoreStep } from './step.ts';

export const takeBackup: RestoreStep = {
  name: 'take backup',
  plan: (phase) =>
    `take a new backup with ${phase.backup}, while the ledger writes where its writes are in that backup`,
  asks: ({ phase }) =>
    `Take a new backup with ${phase.backup} now? The source is read for it, and the ledger may write meanwhile.`,
  run: async (course, context) => {
    const { id, bytes } = await whileLedgerWrites(course, context, async () => {
      course.taking = course.deps.driver.take(context, notesOf(course));
      const copy = await course.taking;
      course.taking = undefined;
      return copy;
    });
    return `${id}, ${bytes} bytes`;
  },
};
