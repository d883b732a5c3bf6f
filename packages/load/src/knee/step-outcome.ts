import type { ClientInterval } from '@ordeal/shared/load/client-interval';
import { sumIntervals } from '@ordeal/shared/load/window';
import type { Finding } from '@ordeal/shared/objectives/finding';
import type { LoadRecord } from '@ordeal/shared/record/record';
import { boundInWords, valueInWords } from '@ordeal/shared/report/words';
import type { Span } from '@ordeal/shared/time/interval';

/** How a platform bore a rate. */
export type StepOutcome =
  | { readonly how: 'held' }
  /** An objective failed, or `achieved load`: the platform could not take the rate. */
  | { readonly how: 'broke'; readonly objective: string; readonly explanation: string }
  /** Nothing is known of the platform: the generator itself fell short. */
  | { readonly how: 'short'; readonly reason: string }
  | { readonly how: 'unclear'; readonly reason: string };

/** What was seen of one step. */
export interface StepSeen {
  readonly rate: number;
  /** Judged part of the step, monotonic ms. */
  readonly window: Span;
  /** Of the whole step. */
  readonly intervals: readonly ClientInterval[];
  readonly validity: LoadRecord['validity'];
  /** How many k6 share the rate. */
  readonly generators: number;
  readonly judge: (intervals: readonly ClientInterval[]) => readonly Finding[];
}

/** A smaller share of the arrivals that came to their end is a break. */
const ENOUGH = 0.98;
/** Iterations by which a window's edges may be off, of each k6. */
const EDGE = 2;
/** At least this share of the window has to be covered by measurements. */
const COVERED = 0.75;

/** Intervals that lie within a window by their larger part. */
export function intervalsIn(
  intervals: readonly ClientInterval[],
  { from, to }: Span,
): readonly ClientInterval[] {
  return intervals.filter((one) => {
    const middle = (one.from + one.to) / 2;
    return middle > from && middle <= to;
  });
}

/**
 * Judges a step. A generator that fell short says nothing of the platform. Otherwise it breaks when fewer than 98 % of
 * the arrivals came to an end (dropped ones and a queue that grows both show there), or when an objective that must
 * hold fails; it holds only when every one of them passes.
 */
export function judgeStep({ rate, window, intervals, validity, generators, judge }: StepSeen): StepOutcome {
  if (!validity.valid) return { how: 'short', reason: validity.reason };
  const judged = intervalsIn(intervals, window);
  const { seconds, iterations, dropped, requests } = sumIntervals(judged);
  const windowSeconds = (window.to - window.from) / 1000;
  if (requests + dropped === 0 || seconds < COVERED * windowSeconds) {
    return {
      how: 'unclear',
      reason: `the client measured ${seconds.toFixed(1)} s of ${windowSeconds.toFixed(1)} s`,
    };
  }
  const must = judge(judged).filter(({ severity }) => severity === 'must');
  const failed = must.find(({ outcome }) => outcome === 'fail');
  if (failed !== undefined)
    return { how: 'broke', objective: failed.objective, explanation: inWords(failed) };
  const offered = rate * seconds;
  if (iterations < ENOUGH * offered - EDGE * generators) {
    const share = ((100 * iterations) / offered).toFixed(1);
    const explanation = `${share} % of ${Math.round(offered)} arrivals came to an end, ${dropped} found no free virtual user`;
    return { how: 'broke', objective: 'achieved load', explanation };
  }
  if (must.length === 0) return { how: 'unclear', reason: 'no objective says what the platform has to bear' };
  const open = must.find(({ outcome }) => outcome !== 'pass');
  return open === undefined
    ? { how: 'held' }
    : { how: 'unclear', reason: `${open.objective}: ${open.explanation ?? open.reason ?? 'inconclusive'}` };
}

function inWords(finding: Finding): string {
  const { signal, explanation } = finding;
  const why = explanation === undefined ? '' : ` (${explanation})`;
  return `${signal} ${valueInWords(finding)}, must be ${boundInWords(finding)}${why}`;
}
