import type { BackupCheck } from '@ordeal/shared/drivers/backup';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { brokenIn, note, type RestoreCourse } from '../course.ts';
import { holdAgainstLedgers } from '../ledger/hold.ts';
import { judgeMarkers, readMarkers } from '../markers.ts';
import { judgeMoment } from '../moment.ts';
import { amcheck, applicationCheck, notEmpty } from '../looks.ts';
import { momentOf } from './parts.ts';
import type { RestoreStep } from './step.ts';

export const prove: RestoreStep = {
  name: 'prove',
  plan: () => 'read everything: damage, content, what the application needs, markers, acknowledged writes',
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
    } else if (course.phase.drill.kind === 'point-in-time') {
      note(course, await momentCheck(course, context));
    }
    const { checks, broke } = await holdAgainstLedgers(course, context);
    note(course, ...checks);
    course.observersBroke = broke;
    note(course, somethingProven(course));
    const broken = brokenIn(course);
    if (broken !== '') throw new Error(broken);
    course.provenAt = context.clock.now();
    return `${course.checks.filter((one) => one.outcome === 'held').length} checks held`;
  },
};

/** Of a moment without markers the log tells how far it was replayed. */
async function momentCheck(course: RestoreCourse, context: DriverContext): Promise<BackupCheck> {
  const at = momentOf(course);
  if (at !== undefined && course.replayed !== undefined)
    return judgeMoment(at, await course.replayed(context));
  const detail = `${course.deps.driver.kind} does not tell how far it has come`;
  return { name: 'point in time', outcome: 'broken', detail };
}

/** Restoring without an error proves nothing by itself: something must have said what should be there. */
function somethingProven(course: RestoreCourse): BackupCheck {
  const own = new Set(course.deps.settings.checks.map((one) => one.name));
  const proof = course.checks.filter(
    (one) =>
      one.outcome === 'held' &&
      (one.name === 'content' ||
        // Markers are content; that the log was replayed up to a moment is not.
        (one.name === 'point in time' && course.pointInTime !== undefined) ||
        own.has(one.name)),
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
