import type { RestoreStep } from './step.ts';

export const takeBackup: RestoreStep = {
  name: 'take backup',
  plan: (phase) => `take a new backup with ${phase.backup}`,
  target: () => null,
  asks: ({ phase }) => `Take a new backup with ${phase.backup} now? The source is read for it.`,
  run: async (course, context) => {
    const { id, bytes } = await course.deps.driver.take(context);
    return `${id}, ${bytes} bytes`;
  },
};
