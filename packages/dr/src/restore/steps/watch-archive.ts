import type { SelfArchiving } from '@ordeal/shared/drivers/backup';
import { RestoreRefused, type RestoreCourse } from '../course.ts';
import { otherSource } from '../place.ts';
import type { RestoreStep } from './step.ts';

const pollMs = 250;

export const readSettings: RestoreStep = {
  name: 'read its settings',
  plan: () => 'read from the source for how long what is written may wait until it is archived',
  run: async (course, context) => {
    const { driver, settings: pinned } = course.deps;
    const { archiveBound } = archiverOf(course);
    const other = otherSource(await driver.identify(context), pinned.source);
    if (other.length > 0) throw new RestoreRefused(other);
    const { settings, seconds: bound, reason } = await archiveBound(context);
    course.archiving = { settings, bound, reason, seen: null, waited: 0 };
    return reason;
  },
};

export const watchArchive: RestoreStep = {
  name: 'watch the archive',
  plan: () =>
    'put a mark into the log, and see how long it takes until the source has archived it; it is not asked to',
  run: async (course, context) => {
    const { archiving } = course;
    if (archiving === undefined) throw new Error('how it archives was not read');
    const { bound, reason } = archiving;
    if (bound === null) throw new Error(`nothing bounds how long what is written waits: ${reason}`);
    const { clock, signal } = context;
    const begun = clock.now();
    course.startedAt = begun;
    const mark = await archiverOf(course).markLog(context);
    const marked = clock.now();
    for (let missing = marked; ;) {
      const asked = clock.now();
      const there = await mark.isArchived(context);
      const now = clock.now();
      const waited = (now - begun) / 1000;
      course.archiving = { ...archiving, waited };
      if (there) {
        course.archiving = { ...archiving, waited, seen: { low: (missing - marked) / 1000, high: waited } };
        return `archived after ${waited.toFixed(1)} s, and ${bound.high} s at most were allowed by its settings`;
      }
      if (waited > bound.high) {
        throw new Error(
          `what was written is not archived after ${waited.toFixed(1)} s, and its settings allow ${bound.high} s ` +
            `(${reason}): look at what archives for it, and at the server's log`,
        );
      }
      missing = asked;
      await clock.sleep(pollMs, signal);
    }
  },
};

function archiverOf({ deps: { driver } }: RestoreCourse): SelfArchiving {
  const { archiveBound, markLog } = driver;
  if (archiveBound === undefined || markLog === undefined) {
    throw new RestoreRefused([
      `the backups of ${driver.kind} are no archive of a log: only of pg-basebackup can it be watched`,
    ]);
  }
  return { archiveBound, markLog };
}
