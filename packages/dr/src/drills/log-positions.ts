import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { StoreNode, StoreStatus } from '@ordeal/shared/drivers/store';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { LogPositionsRecord } from '@ordeal/shared/record/record';
import type { Bounds } from '@ordeal/shared/time/interval';
import type { Course } from './course.ts';

/** What the store's nodes said of their logs once. Monotonic milliseconds. */
interface Look {
  readonly at: Bounds;
  readonly nodes: readonly StoreNode[];
}

/** What is known of the store's log around a loss or a move: nothing of it is read through the platform. */
export interface LogPositions {
  /** Before the fault, or before the primary is told to stop. */
  readonly before?: Look;
  /** Under way since before the promotion; only what it has told by then is kept, as `atPromotion`. */
  readonly heir?: Promise<Look | undefined>;
  /** The last answer from before the promotion. */
  readonly atPromotion?: Look;
}

/** Right before the fault: how far the log of the primary was, and that of who is to take over. Breaks nothing if it fails. */
export async function lookBefore(course: Course, within: DriverContext): Promise<void> {
  const look = await lookOnce(course, within);
  course.positions = look === undefined ? {} : { before: look };
}

/**
 * Begins to look how far the heir's log goes. Nobody waits for it: clients are without a writer now, and a node that
 * does not answer would hold the promotion up.
 */
export function beginLook(course: Course, within: DriverContext): void {
  const { positions } = course;
  if (positions?.before === undefined) return;
  course.positions = { ...positions, heir: lookOnce(course, within) };
}

/** To be called right before the promotion: what is not known by now is not known. */
export async function endLook(course: Course): Promise<void> {
  const { positions } = course;
  if (positions?.heir === undefined) return;
  const look = await Promise.race([positions.heir, Promise.resolve()]);
  course.positions = { ...positions, ...(look === undefined ? {} : { atPromotion: look }) };
}

async function lookOnce({ context, deps }: Course, within: DriverContext): Promise<Look | undefined> {
  const low = context.clock.now();
  try {
    const { nodes }: StoreStatus = await deps.store.status(within);
    return { at: { low, high: context.clock.now() }, nodes };
  } catch (error) {
    if (!within.signal.aborted) {
      const message = `how far the store's logs are could not be asked: ${reasonOf(error)}`;
      context.journal.append({ type: 'note', message });
    }
    return undefined;
  }
}

/**
 * Whether the store's own log bears out what the ledger says of loss: whoever was promoted had at least as much of it
 * as the old primary had had when it was asked last. What was written between that look and the fault is in no log
 * position that anybody has seen.
 */
export function positionsRecord(
  { positions, t0 }: Pick<Course, 'positions' | 't0'>,
  { primary, heir }: { readonly primary: string; readonly heir: string | undefined },
): LogPositionsRecord {
  const before = positions?.before;
  const was = reachable(before, primary);
  if (before === undefined || was === undefined) {
    return { outcome: 'not told', detail: 'how far the log of the primary was before is not known' };
  }
  const ago =
    t0 === undefined
      ? ''
      : `, ${Math.max(0, (t0.low - before.at.low) / 1000).toFixed(2)} s before the fault or the planned start`;
  const standby = heir === undefined ? undefined : reachable(before, heir);
  const behind =
    standby?.role === 'standby' && standby.lagSeconds !== undefined
      ? `; the standby was ${Math.max(0, was.position - standby.position)} bytes and ${standby.lagSeconds.toFixed(2)} s behind then`
      : '';
  const seen = `the primary was at ${was.position}${ago}${behind}`;
  const then = heir === undefined ? undefined : reachable(positions?.atPromotion, heir);
  if (then === undefined || then.role === 'primary') {
    const why =
      then === undefined
        ? 'how far the heir was when it was promoted is not known'
        : 'the heir had taken over by itself when it was asked';
    return { outcome: 'not told', detail: `${seen}; ${why}` };
  }
  const lacks = was.position - then.position;
  return lacks <= 0
    ? {
        outcome: 'all there',
        detail: `${seen}; when it was promoted the heir was at ${then.position}, and had all of that`,
      }
    : {
        outcome: 'lacks log',
        detail: `${seen}; when it was promoted the heir was at ${then.position}, and lacked ${lacks} bytes of that`,
      };
}

function reachable(look: Look | undefined, name: string) {
  const node = look?.nodes.find((one) => one.name === name);
  return node?.reachable === true ? node : undefined;
}
