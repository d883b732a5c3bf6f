import type { Bounds } from '../time/interval.ts';
import { blocksOf, LEAST_IN_BLOCK, type Block, type BlockValue } from './blocks.ts';
import { decideByTrend, together, type LeakReason } from './leak-decision.ts';
import { leakSentence, whatWouldDecide } from './leak-words.ts';
import type { Lifetime, Sample } from './lifetimes.ts';
import { loadEffect } from './load-effect.ts';
import { timeToLimit } from './time-to-limit.ts';
import type { CutAt } from './steps.ts';
import type { Slope } from './theil-sen.ts';
import { trendOf, type Trend } from './trend.ts';

/** What is asked of a signal over a soak. */
export interface LeakQuestion {
  /** Of one series, for instance one instance's memory: what each of its processes showed, in order of time. */
  readonly lifetimes: readonly Lifetime[];
  readonly take: BlockValue;
  readonly unit: string;
  /** Growth over the whole judged time that does not matter, in the signal's unit; above zero. */
  readonly growthFloor: number;
  /** What growth is told by in sentences. Default an hour. */
  readonly per?: 'minute' | 'hour';
  /** Left out at the start of each lifetime. */
  readonly warmUpMs: number;
  /** The platform's load at the time (requests a second, say): what only follows it is no leak. */
  readonly load?: readonly Sample[];
  /** Where growth would end: a memory limit, the most descriptors. */
  readonly limit?: number;
  /** Shorter measurements, all lifetimes together and without warm-up, are not judged. Default 20 minutes. */
  readonly leastMs?: number;
  /** Of the slopes' two-sided intervals. Default 0.95 */
  readonly confidence?: number;
}

/** What a soak says of one series. */
export type LeakVerdict = LeakFigures &
  (
    | { readonly outcome: 'leak' | 'no-leak'; readonly sentence: string }
    | {
        readonly outcome: 'cannot-tell';
        readonly reason: LeakReason;
        readonly sentence: string;
        readonly wouldDecide: string;
      }
  );

export interface LeakFigures {
  /** Growth that goes on, in the signal's unit an hour; null when nothing could be measured. */
  readonly perHour: Bounds | null;
  /** Seconds until the limit at that growth; null without a limit. `high` is Infinity when it may never come to it. */
  readonly secondsToLimit: Bounds | null;
  /** All lifetimes together, without warm-up. */
  readonly judgedMs: number;
  /** Lifetimes that were long enough to have a say, of all of them. */
  readonly lifetimes: { readonly judged: number; readonly all: number };
  readonly blocks: number;
  /** Instants of jumps that were left out. */
  readonly steps: readonly number[];
}

const LEAST_MS = 20 * 60_000;
const HOUR_MS = 3_600_000;
/** Numbers of blocks that are tried, over all lifetimes together. */
const BLOCKS = [48, 36, 24, 16, 12];
/** Fewer say nothing of a trend and of its second half. */
const LEAST_BLOCKS = 12;

/**
 * Judges whether a signal leaks. Samples become blocks (see `blocksOf`), which does away with garbage collection and
 * with most of the likeness of neighbours; of several block lengths the one counts whose trend is known best, as a
 * collector's period is not known beforehand. The trend is a Theil–Sen slope over the pairs within each lifetime,
 * jumps taken out, its interval widened by what likeness is left. It is taken at both ends of what the load may account
 * for, and with falls taken either way; only what holds in every case is certain.
 *
 * It is a leak only when growth is certainly above the floor, goes on in the second halves of the lifetimes, does not
 * slow down, and is not described as well by a single step. It is no leak when the growth that goes on is certainly
 * at most the floor. Samples that are no finite number are left out.
 */
export function judgeLeak(question: LeakQuestion): LeakVerdict {
  const { growthFloor, take, load = [], limit, unit, per, confidence = 0.95, leastMs = LEAST_MS } = question;
  if (!(growthFloor > 0)) throw new RangeError(`A growth floor must be above 0, not ${growthFloor}`);
  const { lifetimes, all } = warm(question);
  const judgedMs = lifetimes.reduce((sum, one) => sum + lengthOf(one), 0);
  const words = {
    unit,
    ...(per === undefined ? {} : { per }),
    perHour: null,
    floorPerHour: judgedMs > 0 ? (growthFloor / judgedMs) * HOUR_MS : growthFloor,
    judgedMs,
    leastMs,
    confidence,
    steps: 0,
  };
  const blocked = BLOCKS.map((count) => blocksOf(lifetimes, judgedMs / count, take, load)).filter(isEnough);
  const reason = whyNot(lifetimes, all, judgedMs, leastMs, blocked.length);
  if (reason !== undefined) {
    return {
      outcome: 'cannot-tell',
      reason,
      sentence: leakSentence({ outcome: 'cannot-tell', reason }, words),
      wouldDecide: whatWouldDecide(reason, words),
      perHour: null,
      secondsToLimit: null,
      judgedMs,
      lifetimes: { judged: 0, all },
      blocks: 0,
      steps: [],
    };
  }

  const best = blocked.map((blocks) => view(blocks, confidence, growthFloor)).reduce(sharper);
  const decision = together(best.trends.map((trend) => decideByTrend(trend, growthFloor / judgedMs)));
  const perHour = { low: decision.perMs.low * HOUR_MS, high: decision.perMs.high * HOUR_MS };
  const steps = best.trends[0]?.steps ?? [];
  const seen = { ...words, perHour, steps: steps.length };
  const figures: LeakFigures = {
    perHour,
    secondsToLimit: limit === undefined ? null : timeToLimit(lifetimes, decision.perMs, limit),
    judgedMs,
    lifetimes: { judged: best.blocks.length, all },
    blocks: best.blocks.flat().length,
    steps,
  };
  const sentence = leakSentence(decision, seen);
  return decision.outcome === 'cannot-tell'
    ? {
        ...figures,
        outcome: decision.outcome,
        reason: decision.reason,
        sentence,
        wouldDecide: whatWouldDecide(decision.reason, seen),
      }
    : { ...figures, outcome: decision.outcome, sentence };
}

/** The lifetimes without their warm-up and without what is no number, and how many there were. */
function warm({ lifetimes, warmUpMs }: LeakQuestion): { lifetimes: readonly Lifetime[]; all: number } {
  const known = lifetimes
    .map(({ samples }) => samples.filter(([, value]) => Number.isFinite(value)))
    .filter((samples) => samples.length > 0);
  return {
    all: known.length,
    lifetimes: known
      .map((samples) => ({ samples: samples.filter(([at]) => at - samples[0]![0] >= warmUpMs) }))
      .filter(({ samples }) => samples.length > 1),
  };
}

function whyNot(
  lifetimes: readonly Lifetime[],
  all: number,
  judgedMs: number,
  leastMs: number,
  views: number,
): LeakReason | undefined {
  if (all === 0) return 'no-samples';
  if (judgedMs < leastMs) return 'too-short';
  if (views > 0) return undefined;
  const samples = lifetimes.reduce((sum, one) => sum + one.samples.length, 0);
  return samples < 2 * LEAST_BLOCKS * LEAST_IN_BLOCK ? 'too-few-samples' : 'short-lives';
}

const cuts: readonly CutAt[] = ['rises and falls', 'rises'];

interface View {
  readonly blocks: readonly (readonly Block[])[];
  /** At both ends of what the load may account for, with falls taken either way. */
  readonly trends: readonly Trend[];
  readonly width: number;
}

function view(blocks: readonly (readonly Block[])[], confidence: number, negligible: number): View {
  const effect = loadEffect(blocks, confidence, negligible);
  const effects = effect.low === effect.high ? [effect.low] : [effect.low, effect.high];
  const trends = cuts.flatMap((at) => effects.map((perLoad) => trendOf(blocks, perLoad, confidence, at)));
  const width = hull(trends.map(({ whole }) => whole)) + HALF_OF_IT * hull(trends.map(({ late }) => late));
  return { blocks, trends, width };
}

/** A slope over half of the time is known 2^1.5 times less well. */
const HALF_OF_IT = 2 ** -1.5;

function hull(slopes: readonly Slope[]): number {
  return (
    Math.max(...slopes.map(({ bounds }) => bounds.high)) - Math.min(...slopes.map(({ bounds }) => bounds.low))
  );
}

function sharper(left: View, right: View): View {
  return right.width < left.width ? right : left;
}

function isEnough(blocks: readonly (readonly Block[])[]): boolean {
  return blocks.flat().length >= LEAST_BLOCKS;
}

function lengthOf({ samples }: Lifetime): number {
  return (samples.at(-1)?.[0] ?? 0) - (samples[0]?.[0] ?? 0);
}
