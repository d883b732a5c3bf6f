import { note } from '../course.ts';
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
    const broken = course.checks.filter((one) => one.outcome === 'broken');
    if (broken.length > 0) throw new Error(broken.map((one) => `${one.name}: ${one.detail}`).join('; '));
    return `${copy.id} is as it was written`;
  },
};
