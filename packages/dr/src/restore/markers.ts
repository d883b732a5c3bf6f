import { randomBytes } from 'node:crypto';
import type { BackupCheck } from '@ordeal/shared/drivers/backup';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { PointInTimeRecord } from '@ordeal/shared/record/record';
import type { Healer } from '@ordeal/shared/undo/healer';
import { z } from 'zod';
import { queryRows, withSession } from '../drivers/postgres/query.ts';

/** `driver` of the undo entries that take markers out of the source. */
export const RESTORE_MARKERS_DRIVER = 'restore-markers';

const everyMs = 100;

/** One marker: written, and committed, between two moments of the source's clock, in milliseconds. */
export interface Marker {
  readonly id: number;
  readonly begun: number;
  /** The next statement of the same connection had begun by then, so this one was committed. */
  readonly committed: number;
}

/** `config` of an undo entry of the driver `restore-markers`. */
export interface MarkerUndo {
  readonly url: string;
  readonly table: string;
}

const schema = z.object({ url: z.string(), table: z.string().regex(/^ordeal_markers_[0-9a-f]{8}$/) });

export function markerUndo(url: string): MarkerUndo {
  return { url, table: `ordeal_markers_${randomBytes(4).toString('hex')}` };
}

/** Takes the markers' table away, from the undo entry alone. */
export const restoreMarkersHealer: Healer = {
  heal: async (entry, context) => {
    const parsed = schema.safeParse(entry.config);
    if (!parsed.success) throw new Error(`the undo entry ${entry.id} names no markers`);
    await removeMarkers(parsed.data, context);
  },
};

export async function removeMarkers({ url, table }: MarkerUndo, context: DriverContext): Promise<void> {
  await queryRows({ name: 'source', url }, context, `DROP TABLE IF EXISTS public.${table}`);
}

export interface Marking {
  readonly markers: readonly Marker[];
  /** A moment in their middle, by the source's clock: wall-clock milliseconds. */
  readonly target: number;
}

/**
 * Writes a marker every 100 ms into the source, each in a transaction of its own, for so long before and behind a
 * moment that is taken in between.
 */
export async function writeMarkers(
  { url, table }: MarkerUndo,
  seconds: number,
  context: DriverContext,
): Promise<Marking> {
  const { clock, signal } = context;
  return await withSession({ name: 'source', url }, context, async (session) => {
    await session.rows(
      `CREATE TABLE public.${table} (id int PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp())`,
    );
    const begun: number[] = [];
    const write = async (): Promise<number> => {
      const [row] = await session.rows<{ at: number }>(
        `INSERT INTO public.${table} (id) VALUES ($1) RETURNING extract(epoch FROM at)::float8 * 1000 AS at`,
        [begun.length],
      );
      if (row === undefined) throw new Error('a marker was written, and the source does not say when');
      begun.push(row.at);
      return row.at;
    };
    const writeFor = async (ms: number): Promise<number> => {
      let next = clock.now();
      const until = next + ms;
      let at = await write();
      while (clock.now() < until) {
        next = Math.max(next + everyMs, clock.now());
        await clock.sleep(next - clock.now(), signal);
        at = await write();
      }
      return at;
    };
    // Between two markers, so that it is the moment of neither.
    const target = (await writeFor(seconds * 1000)) + everyMs / 2;
    await clock.sleep(everyMs, signal);
    await writeFor(seconds * 1000);
    const [end] = await session.rows<{ at: number }>(
      'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS at',
    );
    const markers = begun.map((at, id) => ({ id, begun: at, committed: begun[id + 1] ?? end?.at ?? at }));
    return { markers, target };
  });
}

/** Which markers a restored server has. */
export async function readMarkers(
  url: string,
  { table }: MarkerUndo,
  context: DriverContext,
): Promise<readonly number[]> {
  const node = { name: 'restored', url };
  const [is] = await queryRows<{ there: boolean }>(
    node,
    context,
    `SELECT to_regclass('public.${table}') IS NOT NULL AS there`,
  );
  if (is?.there !== true) return [];
  const rows = await queryRows<{ id: number }>(node, context, `SELECT id FROM public.${table} ORDER BY id`);
  return rows.map((row) => row.id);
}

/**
 * How close a restore came to its target. All instants are the source's.
 *
 * A marker that had begun only after the target and is there is an overshoot. What is there reaches at least to the
 * beginning of the newest marker that is there, and at most to the commit of the first one that is not: the target
 * less these two bounds the undershoot. A marker that was under way at the target decides nothing.
 */
export function judgeMarkers(
  { markers, target }: Marking,
  found: readonly number[],
): { readonly record: PointInTimeRecord; readonly checks: readonly BackupCheck[] } {
  const there = new Set(found);
  const before = markers.filter((one) => one.committed <= target);
  const after = markers.filter((one) => one.begun > target);
  const overshoot = after.filter((one) => there.has(one.id));
  const newest = markers.filter((one) => there.has(one.id)).at(-1);
  const holes = markers.filter((one) => one.id < (newest?.id ?? -1) && !there.has(one.id));
  const firstMissing = before.find((one) => !there.has(one.id));
  const oldest = markers[0]?.begun ?? target;
  const low = firstMissing === undefined ? 0 : Math.max(0, target - firstMissing.committed);
  const high = Math.max(low, target - (newest?.begun ?? oldest), 0);
  const gaps = markers.map((one) => one.committed - one.begun);
  const record: PointInTimeRecord = {
    target: new Date(target).toISOString(),
    before: before.length,
    after: after.length,
    resolutionSeconds: Math.max(0, ...gaps) / 1000,
    overshoot: overshoot.length,
    undershootSeconds: { low: low / 1000, high: high / 1000 },
    holes: holes.length,
  };
  return { record, checks: [overshootCheck(overshoot, record), holeCheck(holes, newest)] };
}

function overshootCheck(overshoot: readonly Marker[], record: PointInTimeRecord): BackupCheck {
  const name = 'point in time';
  if (record.before === 0 || record.after === 0) {
    const detail = `${record.before} markers before the moment and ${record.after} after it: too few to say anything`;
    return { name, outcome: 'broken', detail };
  }
  if (overshoot.length > 0) {
    const detail = `${overshoot.length} of ${record.after} markers are there that were written after ${record.target}`;
    return { name, outcome: 'broken', detail };
  }
  const { low, high } = record.undershootSeconds;
  const seconds = `${low.toFixed(3)} to ${high.toFixed(3)} s`;
  const detail = `none of ${record.after} later markers is there; it ends ${seconds} before ${record.target}`;
  return { name, outcome: 'held', detail };
}

function holeCheck(holes: readonly Marker[], newest: Marker | undefined): BackupCheck {
  const name = 'markers complete';
  if (newest === undefined) {
    return { name, outcome: 'broken', detail: 'not a single marker is there' };
  }
  return holes.length === 0
    ? { name, outcome: 'held', detail: `all ${newest.id + 1} markers up to the newest one` }
    : {
        name,
        outcome: 'broken',
        detail: `${holes.length} markers are missing although later ones are there`,
      };
}
