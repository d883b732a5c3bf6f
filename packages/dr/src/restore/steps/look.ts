import type { BackupCheck } from '@ordeal/shared/drivers/backup';
import { UNSEEN_BACKUP } from '@ordeal/shared/record/unseen-backup';
import { brokenIn, note } from '../course.ts';
import { copyOf } from './parts.ts';
import type { RestoreStep } from './step.ts';

export const look: RestoreStep = {
  name: 'look at it',
  plan: () => 'read the newest backup where it lies, and see how much would be lost with it',
  run: async (course, context) => {
    const { driver } = course.deps;
    const copy = copyOf(course);
    const looked = await driver.verify(copy, context);
    note(course, ...looked, ...unlessOneHolds(looked));
    course.startedAt = context.clock.now();
    course.reach = await driver.newest?.(copy, context);
    const broken = brokenIn(course);
    if (broken !== '') throw new Error(broken);
    return looked.some(({ outcome }) => outcome === 'held')
      ? `${copy.id} is as it was written`
      : `${copy.id} is there; nothing says whether it is whole`;
  },
};

/** Its age alone says nothing of a backup: somebody has to have looked whether it is whole. */
function unlessOneHolds(looked: readonly BackupCheck[]): readonly BackupCheck[] {
  if (looked.some(({ outcome }) => outcome !== 'not-run')) return [];
  const detail =
    looked.map((one) => `${one.name}: ${one.detail}`).join('; ') || 'its driver looks at nothing';
  return [{ name: UNSEEN_BACKUP, outcome: 'not-run', detail }];
}
