import { brokenIn, note } from '../course.ts';
import { copyOf } from './parts.ts';
import type { RestoreStep } from './step.ts';

export const look: RestoreStep = {
  name: 'look at it',
  plan: () => 'read the newest backup where it lies, and see how much would be lost with it',
  run: async (course, context) => {
    const { driver } = course.deps;
    const copy = copyOf(course);
    note(course, ...(await driver.verify(copy, context)));
    course.startedAt = context.clock.now();
    course.reach = await driver.newest?.(copy, context);
    const broken = brokenIn(course);
    if (broken !== '') throw new Error(broken);
    return `${copy.id} is as it was written`;
  },
};
