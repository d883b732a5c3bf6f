import type { Bounds } from '../time/interval.ts';
import type { Trend } from './trend.ts';

/** Why it cannot be told. */
export type LeakReason =
  | 'no-samples'
  | 'too-short'
  | 'too-few-samples'
  /** Each life of the process was too short to have a trend. */
  | 'short-lives'
  | 'noisy'
  /** Load and signal moved together, or falls took back what grew: with one reading it leaks, with another not. */
  | 'ambiguous'
  /** It grows ever more slowly, and still did at the end. */
  | 'slowing'
  /** One step describes it as well as growth. */
  | 'step'
  /** It grew at the end, but not over the whole time. */
  | 'turned';

/** What one trend says. */
export type LeakDecision = {
  /** Growth that goes on, units a millisecond. */
  readonly perMs: Bounds;
} & (
  | { readonly outcome: 'leak' }
  /** `level`: it hardly grew at all; `settled`: it did, and then hardly any more. */
  | { readonly outcome: 'no-leak'; readonly how: 'level' | 'settled' }
  | { readonly outcome: 'cannot-tell'; readonly reason: LeakReason }
);

/** Growth that fell to less than this share of what it was slows down. */
const SLOWER = 0.5;

/** Decides by one trend. `floor` is growth that does not matter, in units a millisecond. */
export function decideByTrend(trend: Trend, floor: number): LeakDecision {
  const whole = trend.whole.bounds;
  const late = trend.late.bounds;
  const early = trend.early.bounds;
  if (whole.high <= floor && late.low <= floor) return { outcome: 'no-leak', how: 'level', perMs: whole };
  if (late.high <= floor) return { outcome: 'no-leak', how: 'settled', perMs: late };
  const open = (reason: LeakReason): LeakDecision => ({ outcome: 'cannot-tell', reason, perMs: late });
  if (!(whole.low > floor)) return open(late.low > floor ? 'turned' : 'noisy');
  if (late.high < SLOWER * early.low) return open('slowing');
  if (!(late.low > floor)) return open('noisy');
  if (trend.ratherOneStep) return open('step');
  return { outcome: 'leak', perMs: whole };
}

/** What several views of one series say together: only what all of them say is certain. */
export function together(decisions: readonly LeakDecision[]): LeakDecision {
  const [first, ...others] = decisions;
  if (first === undefined) throw new Error('There is nothing to decide by');
  const perMs = {
    low: Math.min(...decisions.map((one) => one.perMs.low)),
    high: Math.max(...decisions.map((one) => one.perMs.high)),
  };
  const open = decisions.find((one) => one.outcome === 'cannot-tell');
  if (open !== undefined) return { ...open, perMs };
  if (others.every((one) => one.outcome === first.outcome)) return { ...first, perMs };
  return { outcome: 'cannot-tell', reason: 'ambiguous', perMs };
}
