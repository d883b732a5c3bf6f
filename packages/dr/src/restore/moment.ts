import type { BackupCheck, Replayed } from '@ordeal/shared/drivers/backup';

/**
 * Whether a restore came to the moment that it was asked for, where no markers tell. What ended after it must not be
 * there; what had ended by then, and is in the archive, must be.
 */
export function judgeMoment(at: number, { last, log }: Replayed): BackupCheck {
  const name = 'point in time';
  const moment = iso(at);
  if ((last !== null && last > at) || log?.later?.replayed === true) {
    const beyond = Math.max(last ?? 0, log?.later?.replayed === true ? log.later.at : 0);
    const detail = `it goes too far: a transaction that ended at ${iso(beyond)} was replayed, ${seconds(beyond - at)} after ${moment}`;
    return { name, outcome: 'broken', detail };
  }
  if (log === undefined) {
    const reached = last === null ? 'no transaction was replayed' : `replaying ended at ${iso(last)}`;
    const detail = `${reached}, which is not after ${moment}; whether it ended too early cannot be told of a log on several timelines`;
    return { name, outcome: 'not-run', detail };
  }
  if (log.missing !== null) {
    const { number, first } = log.missing;
    const detail = `it ends too early: ${number} transactions that the archive holds had ended by ${moment} and were not replayed, the first at ${iso(first)}`;
    return { name, outcome: 'broken', detail };
  }
  if (log.later === null) {
    const detail = `the archive holds no transaction after ${moment}, so nothing shows that it reaches up to it`;
    return { name, outcome: 'not-run', detail };
  }
  const up = last === null ? 'nothing had to be replayed' : `the last transaction of ${iso(last)} is there`;
  const detail = `${up}, and the next one, of ${iso(log.later.at)}, is not (asked for: ${moment})`;
  return { name, outcome: 'held', detail };
}

/** With microseconds: transactions are that close to each other, and to the moment. */
function iso(wallMs: number): string {
  const micros = Math.round((wallMs - Math.floor(wallMs)) * 1000) % 1000;
  const text = new Date(Math.floor(wallMs)).toISOString();
  return micros === 0 ? text : text.replace('Z', `${String(micros).padStart(3, '0')}Z`);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 1000 ? 6 : 1)} s`;
}
