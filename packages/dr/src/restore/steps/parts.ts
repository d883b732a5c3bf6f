import type { BackupCopy, DataSource, MakingNotes } from '@ordeal/shared/drivers/backup';
import type { UndoEntry } from '@ordeal/shared/undo/entry';
import type { RestoreCourse } from '../course.ts';

/** Undo entries are healed by the guardian so long after the restore's own deadline. */
const undoSlackMs = 120_000;

/** The moment that is asked for, by the source's clock; undefined when it is none in particular. */
export function momentOf({ phase, markers }: RestoreCourse): number | undefined {
  if (phase.drill.kind !== 'point-in-time') return undefined;
  if ('at' in phase.drill) return Date.parse(phase.drill.at);
  return markers?.marking?.target;
}

export function copyOf({ copy }: RestoreCourse): BackupCopy {
  if (copy === undefined) throw new Error('no backup was chosen');
  return copy;
}

/** Writes the undo entry of something that is made next. */
export function push(course: RestoreCourse, driver: string, config: unknown, describe: string): UndoEntry {
  const { clock, undo } = course.context;
  const { phase, deps } = course;
  // A restore that waits for a person still has it.
  const seconds = phase.deadline + (deps.asking?.mostRunSeconds ?? 0);
  const deadline = new Date(clock.wall() + seconds * 1000 + undoSlackMs).toISOString();
  return undo.push({ driver, config, describe, deadline, revives: 'nothing' });
}

/** Notes what a driver makes for the restore, for as long as the restore has. */
export function notesOf(course: RestoreCourse): MakingNotes {
  const { undo } = course.context;
  return {
    begin: ({ driver, config, describe }) => {
      const { id } = push(course, driver, config, describe);
      return {
        stands: () => undo.open().some((entry) => entry.id === id),
        end: () => undo.settle(id, 'run'),
      };
    },
  };
}

/** Why no other moment can be restored from a driver's backups. */
export function ownMomentOnly({ kind }: { readonly kind: string }): string {
  return `the backups of ${kind} hold their own moment only: restore that, or use pg-basebackup`;
}

/** Whose data it is, in words. */
export function words({ system, database }: Partial<DataSource>): string {
  const of = system === undefined ? 'any system' : `system ${system}`;
  return database === undefined ? of : `database ${database} of ${of}`;
}
