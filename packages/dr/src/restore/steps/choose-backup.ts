import type { BackupCheck } from '@ordeal/shared/drivers/backup';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { note, RestoreRefused, type RestoreCourse } from '../course.ts';
import { judgeSchedule } from '../schedule/judge-schedule.ts';
import { roomRefusal } from '../refusals.ts';
import { momentOf, ownMomentOnly, words } from './parts.ts';
import type { RestoreStep } from './step.ts';

export const choose: RestoreStep = {
  name: 'choose backup',
  plan: (phase) =>
    phase.drill.kind === 'point-in-time'
      ? 'find the newest backup from before the moment, and see whose it is'
      : 'find the newest backup, and see whose it is',
  run: async (course, context) => {
    const { deps, phase } = course;
    const at = momentOf(course);
    if (at === undefined) await holdAgainstSchedule(course, context);
    const { latestBefore } = deps.driver;
    if (at !== undefined && latestBefore === undefined)
      throw new RestoreRefused([ownMomentOnly(deps.driver)]);
    const copy = at === undefined ? await newestOf(course, context) : await latestBefore?.(at, context);
    if (copy === undefined) {
      const detail =
        at === undefined
          ? 'there is no complete backup at all'
          : `there is no complete backup from before ${new Date(at).toISOString()}`;
      note(course, { name: 'backup there', outcome: 'broken', detail });
      throw new Error(`${detail}: take one, and see why none was taken`);
    }
    course.copy = copy;
    course.chosenAt = context.clock.now();
    note(course, identityCheck(course));
    const room =
      phase.drill.kind === 'backup-freshness' ? undefined : roomRefusal(deps.settings.into.dir, copy);
    if (room !== undefined) throw new RestoreRefused([room]);
    const assumed = copy.detail['instant'];
    const how = assumed === undefined ? '' : ` (${assumed})`;
    return `${copy.id}, ${copy.bytes} bytes, of ${new Date(copy.instant.high).toISOString()}${how}`;
  },
};

/**
 * What was taken for this restore; else the newest of those that are made on a schedule. One that an earlier drill took
 * would be younger, and hide that the platform has stopped making its own.
 */
async function newestOf({ phase, deps }: RestoreCourse, context: DriverContext) {
  const { driver } = deps;
  if ('take' in phase.drill && phase.drill.take) return await driver.latest(context);
  return driver.copies === undefined ? await driver.latest(context) : (await driver.copies(context)).at(-1);
}

/** Before anything else is looked at: what is missing is missing, also where nothing is left to be restored. */
async function holdAgainstSchedule(course: RestoreCourse, context: DriverContext): Promise<void> {
  const { driver, settings } = course.deps;
  if (settings.schedule === undefined || driver.copies === undefined) return;
  const copies = await driver.copies(context);
  course.schedule = judgeSchedule(copies, settings.schedule, context.clock.wall());
}

function identityCheck({ expected, copy, deps }: RestoreCourse): BackupCheck {
  const name = 'identity';
  const source = copy?.source ?? null;
  if (source === null) {
    return { name, outcome: 'not-run', detail: `${copy?.id ?? 'it'} does not say whose backup it is` };
  }
  // A copy of all databases of a system names none; whose content was read beside it, that one is looked at.
  const database = source.database ?? copy?.content?.database;
  const of = expected.database === undefined || database === undefined ? source : { ...source, database };
  const wrong =
    (expected.system !== undefined && of.system !== expected.system) ||
    (expected.database !== undefined && database !== undefined && database !== expected.database);
  if (!wrong && expected.database !== undefined && database === undefined) {
    const detail = `${copy?.id ?? 'it'} is of ${words(of)}, and does not say whether it holds the database ${expected.database}`;
    return { name, outcome: 'not-run', detail };
  }
  if (!wrong) return { name, outcome: 'held', detail: `a backup of ${words(of)}` };
  const detail = `${copy?.id ?? ''} is a backup of ${words(of)}, and must be of ${words(expected)}`;
  throw new WrongSource(`${detail}: look at what ${deps.driver.kind} writes where`, {
    name,
    outcome: 'broken',
    detail,
  });
}

/** A backup of something else. It is not restored at all. */
export class WrongSource extends Error {
  readonly check: BackupCheck;
  constructor(message: string, check: BackupCheck) {
    super(message);
    this.check = check;
  }
}
