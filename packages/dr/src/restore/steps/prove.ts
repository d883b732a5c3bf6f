import type { BackupCheck } from '@ordeal/shared/drivers/backup';
import { note, type RestoreCourse } from '../course.ts';
import { judgeMarkers, readMarkers } from '../markers.ts';
import { amcheck, applicationCheck, notEmpty } from '../looks.ts';
import type { RestoreStep } from './step.ts';

export const prove: RestoreStep = {
  name: 'prove',
  plan: () => 'read everything: damage, content, what the application needs, markers',
  target: () => null,
  run: async (course, context) => {
    const { restored, deps } = course;
    if (restored === undefined) throw new Error('nothing was restored');
    const { url, into } = restored;
    note(course, await notEmpty(url, context));
    note(course, await amcheck(url, into, context));
    for (const check of deps.settings.checks) {
      note(course, await applicationCheck(check, url, into, context));
    }
    if (course.markers?.marking !== undefined) {
      const found = await readMarkers(url, course.markers.undo, context);
      const { record, checks } = judgeMarkers(course.markers.marking, found);
      course.pointInTime = record;
      note(course, ...checks);
    }
    note(course, ...((await deps.furtherChecks?.(restored, context)) ?? []));
    note(course, somethingProven(course));
    const broken = course.checks.filter((one) => one.outcome === 'broken');
    if (broken.length > 0) throw new Error(broken.map((one) => `${one.name}: ${one.detail}`).join('; '));
    course.provenAt = context.clock.now();
    return `${course.checks.filter((one) => one.outcome === 'held').length} checks held`;
  },
};

/** Restoring without an error proves nothing by itself: something must have said what should be there. */
function somethingProven(course: RestoreCourse): BackupCheck {
  const own = new Set(course.deps.settings.checks.map((one) => one.name));
  const proof = course.checks.filter(
    (one) =>
      one.outcome === 'held' && (one.name === 'content' || one.name === 'point in time' || own.has(one.name)),
  );
  const name = 'proven';
  return proof.length > 0
    ? { name, outcome: 'held', detail: `by ${[...new Set(proof.map((one) => one.name))].join(', ')}` }
    : {
        name,
        outcome: 'broken',
        detail:
          'nothing says what should be in it: take the backup with this driver, or name a check in `checks` that ' +
          'the application would have',
      };
}
