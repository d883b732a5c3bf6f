import type { Finding } from '../../objectives/finding.ts';
import type { RestoreMeasure } from '../../objectives/signal.ts';
import type { RestoreRecord } from '../../record/record.ts';
import { UNSEEN_BACKUP } from '../../record/unseen-backup.ts';
import { findingOf, type Measurement } from '../decide.ts';
import type { Assignment, Observations } from '../observations.ts';
import { observerProblem, phaseOf } from '../windows.ts';
import { archiveDelay } from './archive-delay.ts';
import { pointInTimeError } from './point-in-time.ts';

const words: Readonly<Record<RestoreMeasure, string>> = {
  seconds: 'seconds from the start of a restore until it was read',
  'backup-age': "seconds between the backup's instant and the start of its restore",
  'archive-delay': 'seconds for which what is written may wait until its source has archived it',
  'schedule-departures': 'ways in which the copies that are kept are not those that are promised',
  'point-in-time-error': 'seconds by which a restore of a moment ends before it',
};

/** Judges a backup that was restored. One that was not read and proven does not count, however fast or fresh. */
export function judgeRestore(
  assignment: Assignment,
  measure: RestoreMeasure,
  observations: Observations,
): Finding {
  return findingOf(assignment, { signal: words[measure] }, measureRestore(assignment, measure, observations));
}

function measureRestore(
  { window, objective }: Assignment,
  measure: RestoreMeasure,
  observations: Observations,
): Measurement {
  const name = phaseOf(observations, window);
  const restore = (observations.restores ?? []).find((one) => one.name === name || one.name === window);
  if (restore === undefined) {
    return { kind: 'nothing', reason: 'not-run', sentence: `There was no restore ${name}.` };
  }
  const measured = measureOf(restore, measure, objective.limit);
  if (measured.kind === 'nothing') return measured;
  const broke = observerProblem(observations, window, 'client');
  if (broke === undefined) return measured;
  return {
    kind: 'nothing',
    reason: 'observer-broke',
    sentence: broke,
    ...(measured.value === undefined ? {} : { value: measured.value }),
  };
}

function measureOf(restore: RestoreRecord, measure: RestoreMeasure, limit: number): Measurement {
  switch (measure) {
    case 'seconds':
      return duration(restore, limit);
    case 'backup-age':
      return age(restore);
    case 'archive-delay':
      return archiveDelay(restore);
    case 'point-in-time-error':
      return pointInTimeError(restore);
    case 'schedule-departures':
      return schedule(restore);
  }
}

function duration(
  { kind, seconds, failed, checks, stoppedAfter }: RestoreRecord,
  limit: number,
): Measurement {
  // Nothing was begun that could have failed.
  if (stoppedAfter === null) return { kind: 'nothing', reason: 'not-run', sentence: whyUnproven(failed) };
  const unproven = seconds.high === null || failed !== undefined;
  const givenUpAfter = stoppedAfter ?? seconds.givenUpAfter ?? Infinity;
  // It was not waited for as long as is promised: nobody knows whether it would have come.
  const mayHold = seconds.high === null && givenUpAfter < limit;
  const moment = kind === 'point-in-time' ? checks?.find(({ name }) => name === 'point in time') : undefined;
  return {
    kind: 'measured',
    value: { low: seconds.low, high: unproven ? Infinity : (seconds.high ?? Infinity) },
    samples: 1,
    violations: Infinity,
    // Not restored is a failure whatever the limit, and never a number.
    ...(unproven && !mayHold ? { decision: 'violated' as const } : {}),
    ...(mayHold
      ? {
          finer:
            stoppedAfter === undefined
              ? `A restore whose deadline leaves it ${limit} s, and not ${figure(givenUpAfter)} s, would decide it.`
              : `It was stopped after ${figure(givenUpAfter)} s: one that comes to its end would decide it.`,
        }
      : {}),
    ...(unproven ? { note: whyUnproven(failed) } : {}),
    // Well restored, but nobody knows of which moment.
    ...(!unproven && moment?.outcome === 'not-run'
      ? {
          doubt: {
            reason: 'not-run' as const,
            sentence: `Whether it came to the moment that was asked for is not known: ${moment.detail}.`,
          },
        }
      : {}),
  };
}

function age({
  kind,
  backupAgeSeconds,
  backupAgeless,
  checks = [],
  failed,
  seconds,
}: RestoreRecord): Measurement {
  if (backupAgeless !== undefined) {
    return {
      kind: 'nothing',
      reason: 'not-run',
      sentence: `The backup's age is not known: ${backupAgeless}.`,
    };
  }
  // A look at the age alone does not claim that the backup can be restored.
  const unproven = (kind !== 'backup-freshness' && seconds.high === null) || failed !== undefined;
  const unseen = checks.find(({ name, outcome }) => name === UNSEEN_BACKUP && outcome === 'not-run');
  return {
    kind: 'measured',
    value: backupAgeSeconds,
    samples: 1,
    violations: Infinity,
    ...(unseen === undefined
      ? {}
      : {
          doubt: {
            reason: 'not-run' as const,
            sentence: `Nobody could look whether the backup is whole: ${unseen.detail}.`,
          },
        }),
    ...(unproven
      ? {
          doubt: {
            reason: 'not-run' as const,
            sentence: `${whyUnproven(failed)} How old something is that cannot be restored proves nothing.`,
          },
        }
      : {}),
  };
}

/** What is kept is a fact of the storage, whatever became of the restore. */
function schedule({ schedule: kept }: RestoreRecord): Measurement {
  if (kept === undefined) {
    return {
      kind: 'nothing',
      reason: 'not-run',
      sentence:
        'Which copies are kept was not looked at: the backup has no `schedule`, or its driver cannot list them.',
    };
  }
  const { copies, empty = [], departures, unknown } = kept;
  const nothing = empty.length === 0 ? [] : [`Nothing is in ${listed(empty)}.`];
  return {
    kind: 'measured',
    value: { low: departures.length, high: departures.length },
    samples: Math.max(1, copies),
    violations: Infinity,
    note: [...departures.map((one) => `${one}.`), ...nothing, `${copies} copies are kept.`].join(' '),
    ...(unknown.length === 0
      ? {}
      : { doubt: { reason: 'not-run' as const, sentence: unknown.map((one) => `${one}.`).join(' ') } }),
  };
}

/** More names than these nobody reads. */
const MOST_NAMES = 3;

function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return `${names.slice(0, MOST_NAMES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function whyUnproven(failed: string | undefined): string {
  return `The backup was not restored and read: ${failed?.replace(/[.\s]+$/, '') ?? 'it did not come to its end'}.`;
}

function figure(seconds: number): string {
  return String(Number(seconds.toFixed(1)));
}
