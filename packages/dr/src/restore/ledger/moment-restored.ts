import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import { toMonotonic, type ClockAnchor } from '@ordeal/shared/time/clock';
import type { Bounds } from '@ordeal/shared/time/interval';
import { queryRows } from '../../drivers/postgres/query.ts';
import type { RestoreCourse } from '../course.ts';
import { momentOf } from '../steps/parts.ts';

/**
 * The moment whose state was restored, on the clock of the run's ledgers (monotonic milliseconds): everything that was
 * acknowledged before it has to be there. Where a moment was asked for it is that one, and not how far the log happened
 * to reach.
 *
 * An instant is by the clock of the source, or of whoever took the copy. The source is asked how far its clock is off,
 * and where that cannot be, the clocks are taken to agree: the journal says so.
 */
export async function restoredUpTo(
  course: RestoreCourse,
  instant: Bounds,
  context: DriverContext,
): Promise<Bounds> {
  const asked = momentOf(course);
  const ahead = await sourceAhead(course, context);
  const { low, high } = asked === undefined ? instant : { low: asked, high: asked };
  return onLedgersClock({ low, high }, ahead, course.deps.anchor);
}

/** @param ahead by how many milliseconds the other clock is ahead: whether it was that one is not known */
export function onLedgersClock({ low, high }: Bounds, ahead: Bounds, anchor: ClockAnchor): Bounds {
  return {
    low: toMonotonic(anchor, low - Math.max(0, ahead.high)),
    high: toMonotonic(anchor, high - Math.min(0, ahead.low)),
  };
}

async function sourceAhead({ deps, context: run }: RestoreCourse, context: DriverContext): Promise<Bounds> {
  const agree = { low: 0, high: 0 };
  const { clock } = context;
  try {
    if (deps.source === undefined) throw new Error('it is not said where the source is');
    const from = clock.wall();
    const [row] = await queryRows<{ at: number }>(
      { name: 'source', url: deps.source.url },
      context,
      'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS at',
    );
    const to = clock.wall();
    return row === undefined ? agree : { low: row.at - to, high: row.at - from };
  } catch (error) {
    context.signal.throwIfAborted();
    run.journal.append({
      type: 'note',
      message: `how far the source's clock is off could not be asked (${reasonOf(error)}): it is taken to agree`,
    });
    return agree;
  }
}
