import { formatDuration } from '../time/duration.ts';
import type { Bounds } from '../time/interval.ts';
import type { LeakDecision, LeakReason } from './leak-decision.ts';

/** What the sentences are made of. */
export interface LeakWords {
  readonly unit: string;
  readonly perHour: Bounds | null;
  /** What growth is told by. Default an hour. */
  readonly per?: 'minute' | 'hour';
  /** Growth an hour that does not matter. */
  readonly floorPerHour: number;
  readonly judgedMs: number;
  readonly leastMs: number;
  readonly confidence: number;
  readonly steps: number;
}

/** A sentence for people: what was seen. */
export function leakSentence(
  decision: Pick<LeakDecision, 'outcome'> & { readonly how?: string; readonly reason?: LeakReason },
  words: LeakWords,
): string {
  const over = formatDuration(Math.round(words.judgedMs / 1000));
  const jumps =
    words.steps === 0
      ? ''
      : ` It jumped ${words.steps === 1 ? 'once' : `${words.steps} times`}, which is left out.`;
  const grows = `${range(words)} (${Math.round(words.confidence * 100)} %)`;
  const floor = `${round(words.floorPerHour / hoursPer(words))} ${words.unit} ${perInWords(words)} would not matter`;
  switch (decision.outcome) {
    case 'leak':
      return `It grows by ${grows}, over ${over}, and goes on growing; ${floor}.${jumps}`;
    case 'no-leak':
      return decision.how === 'settled'
        ? `It settled: in the second half of ${over} it grew by ${grows}; ${floor}.${jumps}`
        : `It grew by ${grows}, over ${over}; ${floor}.${jumps}`;
    case 'cannot-tell':
      return `${because(decision.reason ?? 'noisy', words, over)}${words.perHour === null ? '' : ` Growth at the end: ${grows}; ${floor}.`}${jumps}`;
  }
}

function because(reason: LeakReason, words: LeakWords, over: string): string {
  switch (reason) {
    case 'no-samples':
      return 'There is no sample.';
    case 'too-short':
      return `Without warm-up there are ${over} of samples, less than ${formatDuration(words.leastMs / 1000)}.`;
    case 'too-few-samples':
      return `There are too few samples in ${over}.`;
    case 'short-lives':
      return `Each life of the process was too short to show a trend, in ${over} of them together.`;
    case 'noisy':
      return `Over ${over} it moves too much to tell growth from chance.`;
    case 'ambiguous':
      return `Over ${over} what grew may have followed the load, or been taken back by falls.`;
    case 'slowing':
      return `Over ${over} it grew ever more slowly, and had not settled yet.`;
    case 'step':
      return `Over ${over} a single step describes it as well as growth does.`;
    case 'turned':
      return `Over ${over} it did not grow, but in the second half it did.`;
  }
}

/** What would decide it. */
export function whatWouldDecide(reason: LeakReason, words: LeakWords): string {
  const longer = (times: number): string =>
    formatDuration(Math.max(60, Math.round((Math.max(words.judgedMs, words.leastMs) * times) / 60_000) * 60));
  switch (reason) {
    case 'no-samples':
      return 'a series that has samples in the soak';
    case 'too-short':
      return `at least ${formatDuration(words.leastMs / 1000)} without warm-up`;
    case 'too-few-samples':
      return 'a shorter scrape interval, or a longer soak';
    case 'short-lives':
      return 'processes that live longer, a shorter warm-up, or why they end';
    case 'ambiguous':
      return 'a soak at a constant rate, over several periods of whatever it follows';
    case 'noisy':
      return `about ${longer(noisyTimes(words))} of running, or more growth that does not matter`;
    case 'slowing':
    case 'step':
    case 'turned':
      return `about ${longer(2)} of running`;
  }
}

/** The error of a slope falls with the 1.5th power of the time; it has to fall to the distance from the floor. */
function noisyTimes({ perHour, floorPerHour }: LeakWords): number {
  if (perHour === null || !Number.isFinite(perHour.high - perHour.low)) return 2;
  const half = (perHour.high - perHour.low) / 2;
  const distance = Math.max(floorPerHour / 2, Math.abs((perHour.high + perHour.low) / 2 - floorPerHour));
  return Math.min(10, Math.max(1.5, (half / distance) ** (2 / 3)));
}

function range(words: LeakWords): string {
  const { perHour, unit } = words;
  if (perHour === null) return 'an unknown amount';
  const end = (value: number): string =>
    Number.isFinite(value) ? round(value / hoursPer(words)) : 'any amount';
  return `${end(perHour.low)} to ${end(perHour.high)} ${unit} ${perInWords(words)}`;
}

function perInWords({ per }: LeakWords): string {
  return per === 'minute' ? 'a minute' : 'an hour';
}

/** How many of what growth is told by are in an hour. */
function hoursPer({ per }: LeakWords): number {
  return per === 'minute' ? 60 : 1;
}

function round(value: number): string {
  return Number(value.toPrecision(3)).toString();
}
