import type { ContentManifest } from '@ordeal/shared/drivers/backup';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { Bounds } from '@ordeal/shared/time/interval';
import { readContent, readSequences } from '../../restore/content.ts';
import { withSession, type Session } from '../postgres/query.ts';

export interface QuietMoment {
  /** Name of the restore point in the log that stands at the moment. */
  readonly restorePoint: string;
  /** Its position, and the timeline it is on. */
  readonly lsn: string;
  readonly timeline: number;
  readonly content: ContentManifest;
  /** Wall-clock milliseconds here. */
  readonly instant: Bounds;
  /** By how much the source's clock is ahead of the one here, in milliseconds. */
  readonly clockAhead: Bounds;
}

const pollMs = 5;
/** Reading all tables takes as long as it takes. */
const limits = { connectMs: 10_000, queryMs: 3_600_000 };

/**
 * Puts a restore point into the log at a moment when no transaction is under way, and reads the content as it was
 * then: replaying up to that point gives exactly these rows. Nothing is locked for it.
 *
 * A snapshot and a point in the log are not the same thing: a transaction is in the log a little before others see
 * it. So a snapshot is taken before the point and one after it, and both must be the same and know of nobody who
 * writes; otherwise it is tried again. Rejects when there was no such moment in time.
 */
export async function quietMoment(
  url: string,
  restorePoint: string,
  withinMs: number,
  context: DriverContext,
): Promise<QuietMoment> {
  const { clock, signal } = context;
  const node = { name: 'source', url };
  return await withSession(
    node,
    context,
    async (reader) =>
      await withSession(
        node,
        context,
        async (writer) => {
          const deadline = clock.now() + withinMs;
          for (;;) {
            const sequences = await readSequences(reader);
            await reader.rows('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
            const before = await snapshotOf(reader);
            const from = clock.wall();
            if (isQuiet(before)) {
              const [point] = await writer.rows<{ lsn: string; timeline: number; at: number }>(
                `SELECT lsn::text, ('x' || left(pg_walfile_name(lsn), 8))::bit(32)::int AS timeline,
                   extract(epoch FROM clock_timestamp())::float8 * 1000 AS at
                 FROM pg_create_restore_point($1) AS lsn`,
                [restorePoint],
              );
              const to = clock.wall();
              if (point !== undefined && (await snapshotOf(writer)) === before) {
                return {
                  restorePoint,
                  lsn: point.lsn,
                  timeline: point.timeline,
                  instant: { low: from, high: to },
                  clockAhead: { low: point.at - to, high: point.at - from },
                  content: await readContent(reader, sequences),
                };
              }
            }
            await reader.rows('ROLLBACK');
            if (clock.now() > deadline) {
              throw new Error(
                `there was no moment within ${withinMs / 1000} s at which no transaction was under way, so the ` +
                  'content could not be read as of a point in the log: take the backup when there is less to do, ' +
                  'end what is left in pg_prepared_xacts, or raise quietWithinSeconds',
              );
            }
            // The same name twice would make recovery stop at the first.
            restorePoint = nextName(restorePoint);
            await clock.sleep(pollMs, signal);
          }
        },
        limits,
      ),
    limits,
  );
}

// A snapshot ends behind the newest transaction that has ended, and not behind the newest that has begun: one that
// was the last to begin is in no list of it. It may have its commit in the log already, and wait for a standby.
const snapshotSql = `
  SELECT pg_current_snapshot()::text || ':' || (
    (SELECT count(*) FROM pg_stat_activity WHERE backend_xid IS NOT NULL) +
    (SELECT count(*) FROM pg_prepared_xacts)
  )::text AS snapshot`;

async function snapshotOf(session: Session): Promise<string> {
  const [row] = await session.rows<{ snapshot: string }>(snapshotSql);
  return row?.snapshot ?? '';
}

/**
 * `xmin:xmax:list:writing`: nobody who has begun to write has not ended. The same before and after the point, nobody
 * has ended in between either.
 */
function isQuiet(snapshot: string): boolean {
  const [oldest, next, , writing] = snapshot.split(':');
  return oldest !== undefined && oldest !== '' && oldest === next && writing === '0';
}

function nextName(name: string): string {
  const [, stem = name, attempt = '0'] = /^(.*)\.(\d+)$/.exec(name) ?? [];
  return `${stem}.${Number(attempt) + 1}`;
}
