import type { BrokenFirst, Capacity } from '@ordeal/shared/record/record';
import type { StepOutcome } from './step-outcome.ts';

/** What bounds the search for the highest rate that a platform bears. Rates are iterations a second. */
export interface SearchBounds {
  /** Tried first. When it does not hold, lower ones are. */
  readonly from: number;
  /** Never exceeded. */
  readonly to: number;
  /** No lower rate is tried. Default: a 64th of `from`. */
  readonly lowest?: number;
  /** The bracket is narrow enough when its upper end is at most this many times its lower one. Default 1.1 */
  readonly precision?: number;
  /** After so many tries the bracket stays as wide as it is, and its ends are confirmed. Default 20. */
  readonly mostTries?: number;
}

/** A rate that was tried. */
export interface Step {
  readonly rate: number;
  readonly purpose: 'try' | 'confirm';
  readonly outcome: StepOutcome;
}

/** What to do next. */
export type Next =
  | {
      readonly do: 'step';
      readonly rate: number;
      readonly purpose: Step['purpose'];
      /** How many times its usual length: a rate that could not be decided is tried for longer. */
      readonly times: number;
    }
  | { readonly do: 'end'; readonly capacity: Capacity };

const PRECISION = 1.1;
const MOST_TRIES = 20;
const LOWEST_SHARE = 1 / 64;
/** So often a rate is tried that could not be decided, each time twice as long. */
const MOST_UNCLEAR = 3;
/** So often a rate is tried at which the generator fell short. */
const MOST_SHORTFALLS = 2;
/** Breaks that make a rate certain to be too high. */
const SURE_BREAKS = 2;

/**
 * The next step of the search, from all the steps so far: doubles (or halves) the rate until one holds and another
 * breaks, bisects in between (by the geometric mean), tries the lower end once more for longer, and the upper end once
 * more if it broke only once. A break that does not repeat counts as chance; a confirmation that breaks twice moves the
 * bracket down. It is bounded: each rate is tried a few times at most, and so are rates. With `isOver` no new rate is tried.
 */
export function nextStep(bounds: SearchBounds, steps: readonly Step[], isOver = false): Next {
  const { from, to, precision = PRECISION, mostTries = MOST_TRIES } = bounds;
  const lowest = bounds.lowest ?? from * LOWEST_SHARE;
  const rates = [...new Set(steps.map(({ rate }) => rate))].sort((left, right) => left - right);
  const seen = rates.map((rate) => standing(rate, steps));
  const latest = seen.find(({ rate }) => rate === steps.at(-1)?.rate);
  const over = isOver || steps.length >= mostTries;
  const step = (rate: number, purpose: Step['purpose'], times = 1): Next => ({
    do: 'step',
    rate,
    purpose,
    times,
  });

  if (latest?.is === 'unclear') {
    const { unclear, reason } = latest;
    if (unclear >= MOST_UNCLEAR || over)
      return unknown(`at ${latest.rate}/s it could not be decided: ${reason}`);
    return step(latest.rate, steps.at(-1)?.purpose ?? 'try', 2 ** unclear);
  }
  if (latest?.is === 'short' && latest.shortfalls < MOST_SHORTFALLS && !over) return step(latest.rate, 'try');

  const bad = seen.find(({ is }) => is === 'bad');
  const shortfall = seen.find(({ is }) => is === 'short');
  const good = seen.findLast(({ rate, is }) => is === 'good' && rate < (bad?.rate ?? Infinity));

  if (good === undefined) {
    if (bad === undefined) {
      return shortfall === undefined
        ? step(from, 'try')
        : unknown(`already at ${shortfall.rate}/s the generator fell short: ${shortfall.reason}`);
    }
    const lower = rounded(bad.rate / 2);
    if (lower >= lowest && lower < bad.rate && !over) return step(lower, 'try');
    if (bad.breaks < SURE_BREAKS && !bad.confirmedBad && !isOver) return step(bad.rate, 'try');
    return { do: 'end', capacity: { how: 'below', high: bad.rate, broke: bad.broke } };
  }
  if (bad === undefined) {
    const higher = Math.min(to, rounded(good.rate * 2), shortfall === undefined ? Infinity : good.rate);
    if (higher > good.rate && !over) return step(higher, 'try');
    if (!good.confirmed) return step(good.rate, 'confirm');
    const because =
      shortfall !== undefined
        ? `at ${shortfall.rate}/s the generator fell short: ${shortfall.reason}`
        : good.rate >= to
          ? `no more than ${to}/s may be tried`
          : 'the time was over';
    return { do: 'end', capacity: { how: 'at-least', low: good.rate, because } };
  }
  const middle = rounded(Math.sqrt(good.rate * bad.rate));
  const isNarrow = bad.rate / good.rate <= precision;
  const blocked = shortfall !== undefined && shortfall.rate < bad.rate;
  if (!isNarrow && !over && !blocked && middle > good.rate && middle < bad.rate) return step(middle, 'try');
  if (!good.confirmed) return step(good.rate, 'confirm');
  if (bad.breaks < SURE_BREAKS && !bad.confirmedBad && !isOver) return step(bad.rate, 'try');
  return { do: 'end', capacity: { how: 'found', low: good.rate, high: bad.rate, broke: bad.broke } };
}

interface Standing {
  readonly rate: number;
  readonly is: 'good' | 'bad' | 'unclear' | 'short';
  readonly breaks: number;
  readonly unclear: number;
  readonly shortfalls: number;
  /** It held for the longer window. */
  readonly confirmed: boolean;
  readonly confirmedBad: boolean;
  readonly broke: BrokenFirst;
  /** Why it is unclear, or the generator fell short. */
  readonly reason: string;
}

function standing(rate: number, all: readonly Step[]): Standing {
  const steps = all.filter((one) => one.rate === rate);
  const count = (how: StepOutcome['how'], purpose?: Step['purpose']): number =>
    steps.filter((one) => one.outcome.how === how && (purpose === undefined || one.purpose === purpose))
      .length;
  const breaks = count('broke');
  const holds = count('held');
  const confirmedBad = count('broke', 'confirm') >= SURE_BREAKS;
  const broken = steps.find(({ outcome }) => outcome.how === 'broke')?.outcome;
  const last = steps.at(-1)?.outcome;
  const is = confirmedBad
    ? 'bad'
    : breaks + holds === 0 || last?.how === 'unclear' || last?.how === 'short'
      ? last?.how === 'short'
        ? 'short'
        : 'unclear'
      : breaks > holds && count('broke', 'try') > 0
        ? 'bad'
        : 'good';
  return {
    rate,
    is,
    breaks,
    unclear: count('unclear'),
    shortfalls: count('short'),
    confirmed: count('held', 'confirm') > 0,
    confirmedBad,
    broke: broken?.how === 'broke' ? broken : { objective: '', explanation: '' },
    reason: last?.how === 'unclear' || last?.how === 'short' ? last.reason : '',
  };
}

function unknown(because: string): Next {
  return { do: 'end', capacity: { how: 'unknown', because } };
}

/** Three significant digits: finer differences of a rate are no differences. */
function rounded(rate: number): number {
  return Number(rate.toPrecision(3));
}
