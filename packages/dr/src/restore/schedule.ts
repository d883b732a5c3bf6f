import type { BackupCopy } from '@ordeal/shared/drivers/backup';
import type { ScheduleRecord } from '@ordeal/shared/record/record';
import type { BackupSchedule } from './config.ts';

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
  const instants = copies
    .map(({ instant }) => instant)
    .toSorted((left, right) => left.high - right.high || left.low - right.low);
  const [oldest, newest] = [instants[0], instants.at(-1)];
  if (oldest === undefined || newest === undefined) {
    return { copies: 0, departures: ['there is no complete copy at all'], unknown: [] };
  }
  const departures: string[] = [];
  const unknown: string[] = [];
  const most = 1000 * (schedule.everySeconds + schedule.lateSeconds);
  const within = (schedule.keepSeconds ?? Infinity) * 1000;

  const apart = (least: number, largest: number, words: string): void => {
    if (least > most) departures.push(`${words} ${span(least)}, and at most ${span(most)} are promised`);
    else if (largest > most) unknown.push(`${words} between ${span(least)} and ${span(largest)}`);
  };
  for (const [index, next] of instants.entries()) {
    const before = instants[index - 1];
    // What is older than has to be kept may be there in part.
    if (before === undefined || now - before.low > within) continue;
    const words = `between the copies of ${day(before.high)} and ${day(next.high)} lie`;
    apart(next.low - before.high, next.high - before.low, words);
  }
  apart(now - newest.high, now - newest.low, `since the newest copy, of ${day(newest.high)}, have gone`);

  const { keepSeconds, since } = schedule;
  if (keepSeconds !== undefined) {
    const kept = 1000 * keepSeconds;
    const words = `the oldest copy is of ${day(oldest.high)}`;
    const running = since === undefined ? undefined : now - Date.parse(since);
    const due = Math.min(kept, running ?? kept) - most;
    if (now - oldest.low < due) {
      if (running === undefined) {
        unknown.push(
          `${words}: whether older ones were removed before ${span(kept)} or never made is not known; say in \`schedule.since\` since when they are made`,
        );
      } else departures.push(`${words}, and each is to be kept for ${span(kept)}`);
    } else if (now - oldest.high < due) unknown.push(`${words}, as far as its time can be told`);
  }
  return {
    copies: instants.length,
    oldest: new Date(oldest.high).toISOString(),
    newest: new Date(newest.high).toISOString(),
    departures,
    unknown,
  };
}

function day(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 16).replace('T', ' ');
}

function span(ms: number): string {
  const hours = ms / 3_600_000;
  return hours >= 96 ? `${(hours / 24).toFixed(1)} days` : `${hours.toFixed(1)} hours`;
}
