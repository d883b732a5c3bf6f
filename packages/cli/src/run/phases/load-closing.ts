import type { ClientInterval } from '@ordeal/shared/load/client-interval';
import type { WindowRecord } from '@ordeal/shared/record/record';
import type { LoadWindow } from '@ordeal/shared/scenario/load-windows';
import type { ClockAnchor } from '@ordeal/shared/time/clock';
import { windowOf } from '../session.ts';

/** A load that has ended, and what was seen of it. Instants are monotonic milliseconds. */
export interface EndedLoad {
  readonly phase: string;
  readonly began: number;
  /** What was planned for later did not come about. */
  readonly until: number;
  /** In order of time. */
  readonly intervals: readonly ClientInterval[];
  readonly anchor: ClockAnchor;
}

/** A window gives up no more than this at an edge (ms): reports are a second long, and nearly two of several runners'. */
const MOST_GIVEN_UP_MS = 3000;

/**
 * The windows of a shape as they came about: those that had begun by the load's end. A window begins and ends with a
 * report of the client's within what was planned, so that no report reaches across its edges: of one across the step
 * to another rate nobody knows which of its requests were sent at which. Where that would leave much out, as when
 * k6 or this process stood still just then, the edge stays where it was planned: what is in that report is judged as
 * what may be of the window, and what no report holds is missing.
 */
export function closeWindows(
  planned: readonly LoadWindow[],
  { phase, began, until, intervals, anchor }: EndedLoad,
): readonly WindowRecord[] {
  return planned.flatMap(({ name, part, span }) => {
    if (span === null) return [];
    const from = began + span.from * 1000;
    const to = Math.min(began + span.to * 1000, until);
    if (to <= from) return [];
    // When it settled is told by its own instants.
    if (part === 'settling') return [windowOf(anchor, name, phase, from, to)];
    const within = intervals.filter((one) => one.from >= from && one.to <= to);
    const [first = from, last = to] = [within[0]?.from, within.at(-1)?.to];
    return [
      windowOf(
        anchor,
        name,
        phase,
        first - from > MOST_GIVEN_UP_MS ? from : first,
        to - last > MOST_GIVEN_UP_MS ? to : last,
      ),
    ];
  });
}
