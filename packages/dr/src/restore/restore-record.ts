import type { BackupCheck } from '@ordeal/shared/drivers/backup';
import type { RestoreRecord } from '@ordeal/shared/record/record';
import { toWall } from '@ordeal/shared/time/clock';
import type { Bounds } from '@ordeal/shared/time/interval';
import { waitedBetween } from '../drills/approve.ts';
import { whyAgeless } from './ahead.ts';
import type { RestoreCourse } from './course.ts';

/** These say how well it went, and not whether it counts: objectives decide on their figures. */
const targets = { age: 'age within its target', time: 'time within its target' };

/** What the course left, as the record states it. */
export function restoreRecord(
  course: RestoreCourse,
  endedAt: number,
  failed: string | undefined,
): RestoreRecord {
  const { phase, copy, startedAt, answeredAt, provenAt, content, pointInTime, schedule, checks, steps } =
    course;
  const { archiving } = course;
  const waited = startedAt === undefined ? 0 : waitedBetween(course, startedAt, endedAt);
  const seconds = startedAt === undefined ? 0 : Math.max(0, endedAt - startedAt - waited) / 1000;
  const age = ageOf(course);
  return {
    name: phase.name,
    kind: phase.drill.kind,
    backupAgeSeconds: age.seconds,
    ...(age.ageless === undefined ? {} : { backupAgeless: age.ageless }),
    seconds: {
      low: seconds,
      high: provenAt === undefined ? null : seconds,
      // As far as it had come: a backup that was taken first has used up some of the time.
      ...(course.givenUpAt === undefined ? {} : { givenUpAfter: seconds }),
    },
    ...(startedAt === undefined || answeredAt === undefined
      ? {}
      : { answeredSeconds: (answeredAt - startedAt) / 1000 }),
    targets: phase.targets,
    ...(copy === undefined
      ? {}
      : {
          backup: {
            driver: course.deps.driver.kind,
            id: copy.id,
            instant: { low: iso(copy.instant.low), high: iso(copy.instant.high) },
            bytes: copy.bytes,
            ...(copy.source === null ? {} : copy.source),
          },
        }),
    checks,
    ...(content === undefined ? {} : { content }),
    ...(pointInTime === undefined ? {} : { pointInTime }),
    ...(schedule === undefined ? {} : { schedule }),
    ...(archiving === undefined ? {} : { archiving }),
    steps,
    ...(waited === 0 ? {} : { waitedOnHuman: waited / 1000 }),
    approvals: course.approvals,
    ...(failed === undefined ? {} : { failed }),
    ...(course.stoppedAt === undefined ? {} : { stoppedAfter: startedAt === undefined ? null : seconds }),
  };
}

/** Whether what would be lost with the backup is within the target; undefined for a moment that was asked for. */
export function ageCheck(course: RestoreCourse): BackupCheck | undefined {
  if (course.phase.drill.kind === 'point-in-time' || course.startedAt === undefined) return undefined;
  const { rpo } = course.phase.targets;
  const { seconds, ageless } = ageOf(course);
  return ageless === undefined
    ? withinTarget(targets.age, seconds, rpo, 'old')
    : { name: targets.age, outcome: 'not-run', detail: ageless };
}

export function timeCheck(course: RestoreCourse): BackupCheck | undefined {
  const { startedAt, provenAt, phase } = course;
  if (startedAt === undefined || provenAt === undefined) return undefined;
  const seconds = (provenAt - startedAt - waitedBetween(course, startedAt, provenAt)) / 1000;
  return withinTarget(
    targets.time,
    { low: seconds, high: seconds },
    phase.targets.rto,
    'until it was proven',
  );
}

/** What is missing among the copies says nothing of the one that was restored. */
export function scheduleCheck({ schedule }: RestoreCourse): BackupCheck | undefined {
  if (schedule === undefined) return undefined;
  const { copies, departures, unknown } = schedule;
  const name = 'copies on schedule';
  if (departures.length > 0) return { name, outcome: 'broken', detail: departures.join('; ') };
  if (unknown.length > 0) return { name, outcome: 'not-run', detail: unknown.join('; ') };
  return { name, outcome: 'held', detail: `${copies} copies, none missing` };
}

function withinTarget(name: string, value: Bounds, target: number, words: string): BackupCheck {
  const seconds = `${value.low.toFixed(1)} to ${value.high.toFixed(1)} s ${words} (target ${target} s)`;
  if (value.high <= target) return { name, outcome: 'held', detail: seconds };
  if (value.low > target) return { name, outcome: 'broken', detail: seconds };
  return { name, outcome: 'not-run', detail: `${seconds}: nobody can tell` };
}

/**
 * From the moment whose state the backup gives back to the start of the restore. While a person thought about a copy
 * that was chosen already it grew no older: how long somebody takes to decide is not the platform's.
 */
function ageOf(course: RestoreCourse): { readonly seconds: Bounds; readonly ageless: string | undefined } {
  const { deps, copy, restored, reach, chosenAt, startedAt, phase } = course;
  if (copy === undefined || startedAt === undefined)
    return { seconds: { low: 0, high: 0 }, ageless: undefined };
  const waited = waitedBetween(course, chosenAt ?? startedAt, startedAt);
  const at = toWall(deps.anchor, startedAt - waited);
  const beyondOwn = phase.drill.kind === 'point-in-time' ? undefined : (restored?.instant ?? reach);
  const { low, high } = beyondOwn ?? copy.instant;
  return {
    seconds: { low: Math.max(0, at - high) / 1000, high: Math.max(0, at - low) / 1000 },
    ageless: whyAgeless(low, at),
  };
}

function iso(wallMs: number): string {
  return new Date(wallMs).toISOString();
}
