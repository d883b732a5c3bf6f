import type { InconclusiveReason } from '../../objectives/finding.ts';
import { valueOf } from '../../objectives/finding.ts';
import type { LeakReason } from '../../statistics/leak-decision.ts';
import { formatDuration } from '../../time/duration.ts';
import type { Bounds } from '../../time/interval.ts';
import type { Doubt, Measurement } from '../decide.ts';
import { perHourOf, type SeriesGrowth } from './growing-series.ts';

const REASONS: Readonly<Record<LeakReason, InconclusiveReason>> = {
  'no-samples': 'no-samples',
  'too-short': 'too-few-samples',
  'too-few-samples': 'too-few-samples',
  'short-lives': 'too-few-samples',
  noisy: 'straddles-limit',
  ambiguous: 'straddles-limit',
  slowing: 'straddles-limit',
  step: 'straddles-limit',
  turned: 'straddles-limit',
};

/** Of more series than these only the number is told. */
const MOST_NAMED = 3;

/** What else is known of the window. */
export interface Beside {
  readonly unit: string;
  readonly samples: number;
  readonly seconds: number;
  readonly exhaustedAt?: number;
  readonly doubt?: Doubt | undefined;
}

/** All series together, by the worst of them: one that leaks is a violation, one that cannot be told leaves it open. */
export function growthMeasurement(growths: readonly SeriesGrowth[], beside: Beside): Measurement {
  const { unit, samples, seconds, doubt } = beside;
  const leaking = growths.filter(({ verdict }) => verdict.outcome === 'leak');
  const [open] = growths.flatMap(({ name, verdict }) =>
    verdict.outcome === 'cannot-tell' ? [{ name, verdict }] : [],
  );
  if (leaking.length === 0 && open !== undefined) {
    const { reason, sentence, wouldDecide } = open.verdict;
    const value = worstOf(growths, unit);
    return {
      kind: 'nothing',
      // That much was not seen at all says more than that the rest is too little.
      reason: doubt?.reason ?? REASONS[reason],
      sentence: `${doubt === undefined ? '' : `${doubt.sentence} `}${open.name}: ${sentence}`,
      wouldDecide: `This would decide it: ${wouldDecide}.`,
      samples,
      ...(value === undefined ? {} : { value }),
    };
  }
  const told = leaking.length > 0 ? leaking : growths;
  const value = worstOf(told, unit);
  if (value === undefined) {
    return { kind: 'nothing', reason: 'no-samples', sentence: 'There is no series to judge.' };
  }
  return {
    kind: 'measured',
    value,
    samples,
    violations: Infinity,
    decision: leaking.length > 0 ? 'violated' : 'holds',
    seconds,
    note: noteOn(told, leaking.length > 0, beside),
    ...(doubt === undefined ? {} : { doubt }),
  };
}

/** The largest growth of any series, in the objective's unit. */
function worstOf(growths: readonly SeriesGrowth[], unit: string): Bounds | undefined {
  const known = growths.flatMap(({ verdict }) => verdict.perHour ?? []);
  if (known.length === 0) return undefined;
  const per = perHourOf(unit);
  return {
    low: Math.max(...known.map(({ low }) => low)) / per,
    high: Math.max(...known.map(({ high }) => high)) / per,
  };
}

function noteOn(told: readonly SeriesGrowth[], leaks: boolean, beside: Beside): string {
  const worst = told.toSorted(
    (left, right) => (right.verdict.perHour?.high ?? 0) - (left.verdict.perHour?.high ?? 0),
  );
  const sentences = worst
    .slice(0, leaks ? MOST_NAMED : 1)
    .map((one) => `${one.name}: ${one.verdict.sentence}${untilExhausted(one, leaks, beside)}`);
  const more = told.length - sentences.length;
  if (more === 0) return sentences.join(' ');
  return `${sentences.join(' ')} ${more} more series ${leaks ? (more === 1 ? 'leaks' : 'leak') : more === 1 ? 'grows less' : 'grow less'}.`;
}

function untilExhausted({ verdict }: SeriesGrowth, leaks: boolean, { exhaustedAt, unit }: Beside): string {
  const { secondsToLimit } = verdict;
  if (!leaks || secondsToLimit === null || exhaustedAt === undefined) return '';
  const { low, high } = valueOf(secondsToLimit);
  const what = ` It comes to ${exhaustedAt} ${unit.replace(/\/(min|h)$/, '')}`;
  if (!Number.isFinite(low)) return '';
  return high === null
    ? `${what} in ${rough(low)} at the earliest.`
    : `${what} in ${rough(low)} to ${rough(high)}.`;
}

function rough(seconds: number): string {
  return formatDuration(seconds < 7200 ? Math.round(seconds / 60) * 60 : Math.round(seconds / 3600) * 3600);
}
