import type { BackupCopy } from '@ordeal/shared/drivers/backup';
import type { ScheduleRecord } from '@ordeal/shared/record/record';
import { whyAgeless } from '../ahead.ts';
import type { BackupSchedule } from '../config.ts';
import { heldDaily } from './daily.ts';
import { heldRegularly } from './regular.ts';

/**
 * No copy has fewer bytes: the smallest dump of a database without a table has twice as many, packed as well as it can
 * be. What a job leaves that failed, and was packed all the same, has fewer.
 */
const LEAST_BYTES = 150;

/**
 * Holds the copies that are kept against when they should have been made, and for how long they should be kept. Which
 * moment a copy holds is known between bounds: what is so however they fall is a departure, and what only may be so
 * cannot be told. `now` is the source's wall clock, ms.
 */
export function judgeSchedule(
  copies: readonly BackupCopy[],
  schedule: BackupSchedule,
  now: number,
): ScheduleRecord {
  const empty = copies.filter(({ bytes }) => bytes < LEAST_BYTES).map(({ id }) => id);
  const besides = empty.length === 0 ? {} : { empty };
  const instants = copies
    .filter(({ bytes }) => bytes >= LEAST_BYTES)
    .map(({ instant }) => instant)
    .toSorted((left, right) => left.high - right.high || left.low - right.low);
  const [oldest, newest] = [instants[0], instants.at(-1)];
  if (oldest === undefined || newest === undefined) {
    return { copies: 0, ...besides, departures: ['there is no complete copy at all'], unknown: [] };
  }
  const kept = { instants, oldest, newest };
  const held = 'daily' in schedule ? heldDaily(kept, schedule, now) : heldRegularly(kept, schedule, now);
  const ageless = whyAgeless(newest.low, now);
  return {
    copies: instants.length,
    ...besides,
    oldest: new Date(oldest.high).toISOString(),
    newest: new Date(newest.high).toISOString(),
    departures: held.departures,
    unknown: ageless === undefined ? held.unknown : [`of the newest copy: ${ageless}`, ...held.unknown],
  };
}
