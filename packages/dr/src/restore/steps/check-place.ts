import { RestoreRefused } from '../course.ts';
import { lookAtPlace } from '../place.ts';
import { words } from './parts.ts';
import type { RestoreStep } from './step.ts';

export const checkPlace: RestoreStep = {
  name: 'check place',
  plan: () =>
    'refuse unless the place is empty and nobody uses it, and unless it is known whose backup it must be',
  run: async (course, context) => {
    const { reasons, expected } = await lookAtPlace(course.deps, context);
    if (reasons.length > 0) throw new RestoreRefused(reasons);
    course.expected = expected;
    return `${course.deps.settings.into.dir} is free; it must be a backup of ${words(course.expected)}`;
  },
};
