import type { Finding } from '../../objectives/finding.ts';
import type { Regression } from '../../objectives/objective.ts';
import type { EarlierRun } from '../earlier-run.ts';
import { againstHistory } from './against-history.ts';
import { isMeasured } from './is-measured.ts';

/** A baseline rests on at least so many runs. */
export const LEAST_RUNS = 8;
/** And on no more than the newest so many. */
const MOST_RUNS = 30;

/** What earlier runs say of one objective in one window. */
export interface Examples {
  /** Middles of the values that the newest runs had, in no particular order. */
  readonly values: readonly number[];
  /** Runs that were left out, as they were breaches themselves. */
  readonly breaches: number;
  /** Whether the last comparable run that measured it was a breach. */
  readonly followsBreach: boolean;
}

type Earlier = EarlierRun['findings'][number];

/**
 * Picks the runs that show what is usual. A run counts when it measured the objective in the same window, and was
 * no breach itself: otherwise a slow platform would teach that slow is normal.
 */
export function examplesOf(
  finding: Finding,
  regression: Regression,
  earlier: readonly EarlierRun[],
): Examples {
  const since = Date.parse(regression.since ?? '');
  const runs = earlier
    .filter((run) => !(Date.parse(run.startedAt) < since))
    .toSorted(inOrder)
    .flatMap((run) => {
      const own = run.findings.find((one) => isSame(one, finding));
      if (own === undefined || !isMeasured(own)) return [];
      const compared = run.findings.find(
        ({ objective, window }) =>
          objective === againstHistory(finding.objective) && window === finding.window,
      );
      return [{ value: middleOf(own), breach: isBreach(compared) }];
    });
  // A run that could not be compared yet, or only barely, is as good as any other.
  const good = runs.filter(({ breach }) => !breach);
  return {
    values: good.flatMap(({ value }) => value ?? []).slice(-MOST_RUNS),
    breaches: runs.length - good.length,
    followsBreach: runs.at(-1)?.breach ?? false,
  };
}

// Runs of one instant go by their names, so that the outcome does not depend on the order in which they were read.
function inOrder(left: EarlierRun, right: EarlierRun): number {
  return Date.parse(left.startedAt) - Date.parse(right.startedAt) || (left.run < right.run ? -1 : 1);
}

function isSame(earlier: Earlier, { objective, window, signal, unit }: Finding): boolean {
  return (
    earlier.objective === objective &&
    earlier.window === window &&
    earlier.signal === signal &&
    earlier.unit === unit
  );
}

/** The middle of what was measured; undefined when that has no upper end. */
function middleOf({ value }: Earlier): number | undefined {
  if (value === null || value.high === null) return undefined;
  const middle = (value.low + value.high) / 2;
  return Number.isFinite(middle) ? middle : undefined;
}

function isBreach(compared: Earlier | undefined): boolean {
  return compared?.outcome === 'fail' || compared?.reason === 'unconfirmed';
}
