import type { Bounds } from '@ordeal/shared/time/interval';
import type { Attempt, ProbeStream } from '../observers/observers.ts';

/** What part of a stream is looked at, and what counts as recovered. */
export interface OutageQuestion {
  /** The moment of the fault, t0: [inject sent, inject confirmed]. Monotonic ms. */
  readonly from: Bounds;
  /** A run of good attempts must span this long, from send to send, and hold this many attempts. */
  readonly stableForMs: number;
  readonly stableAttempts: number;
  /** Attempts that were sent at or after this instant are left out. Monotonic ms. */
  readonly until?: number;
}

/** One stream's outage. Instants are monotonic milliseconds, lengths milliseconds. */
export interface OutageAnalysis {
  readonly stream: string;
  /**
   * Bounds of the outage's length: from `start` to `end`. Null when no attempt after the fault was bad.
   * `high` is Infinity as long as the recovery is not confirmed.
   */
  readonly outage: Bounds | null;
  /**
   * The outage began in (send of the last good attempt before the first bad one, earliest completion of a bad one].
   * `low` is -Infinity when the stream was never good before.
   */
  readonly start: Bounds | null;
  /**
   * It ended in (send of the last bad attempt, earliest completion within the good run behind it]. Where the prober was
   * blind in between, the run is that behind the blindness: nobody knows what was before it.
   * `high` is Infinity when nothing good followed. Provisional unless `recovered` is there.
   */
  readonly end: Bounds | null;
  /**
   * When the stream had recovered: `end`, once a run of good attempts opened there and held for the whole stable
   * window. Null until then. Without an outage: [t0.low, completion of the first good attempt that was sent at or
   * after t0.high], after the same confirmation.
   */
  readonly recovered: Bounds | null;
  /** Completion of the first good attempt behind the first bad one. Null when there was no outage, or no success. */
  readonly firstSuccess: number | null;
  /** How often the stream went bad again after its first bad stretch, up to the end of what was looked at. */
  readonly flaps: number;
  /** Bad attempts that came after the confirmed recovery: a relapse, which `recovered` does not show. */
  readonly badAfterRecovery: number;
  /** Each bad attempt stands for the time from its send to the next attempt's. */
  readonly badMs: number;
  /** Attempts that ended at or after t0.low, and the bad ones of them. */
  readonly attempts: number;
  readonly bad: number;
  /** How much later than due these attempts were sent. */
  readonly lateness: { readonly p99: number; readonly max: number };
  /** How often nothing is known of longer than τ after the fault, or attempts are missing from what was told. */
  readonly blind: number;
  /** Of the whole stream. */
  readonly missedTicks: number;
}

/**
 * Finds the outage that followed a fault in one stream.
 *
 * Attempts count in the order of their sending; those still under way, and all sent behind them, are not looked at
 * yet. Actual send times are used, so the observer's own lateness only widens the intervals: the width of `outage`
 * is at most 2Δ + τ + L + J (Δ interval, τ timeout, L latency of the first good attempt, J lateness). The outage
 * reaches from the first bad attempt to the first sustained window of good ones behind it; shorter successes in
 * between are flaps. A window in which the prober was blind is not sustained. Linear in the number of attempts, so that it can be asked again all the while.
 */
export function analyseOutage(stream: ProbeStream, question: OutageQuestion): OutageAnalysis {
  const seen = firstSentAtOrAfter(
    stream.attempts,
    Math.min(question.until ?? Infinity, stream.settledUntil ?? Infinity),
  );
  const considered = stream.attempts.slice(0, seen);
  const t0 = question.from;
  const firstBad = considered.findIndex((attempt) => !attempt.ok && attempt.completed >= t0.low);
  const blind = blindBefore(considered, stream);
  const counts = {
    stream: stream.name,
    ...countAttempts(considered, stream.everyMs, t0.low),
    blind: considered.filter((attempt, i) => attempt.sent > t0.low && blind.has(i)).length,
    missedTicks: stream.missedTicks,
  };

  if (firstBad === -1) {
    const from = considered.findIndex((attempt) => attempt.sent >= t0.high);
    const held = (i: number): boolean => heldAt(considered, i, question, blind) !== null;
    const first = [from, ...[...blind].filter((i) => i > from)].find((i) => from !== -1 && held(i));
    const recovered =
      first === undefined ? null : { low: t0.low, high: earliestCompletion(considered, first) };
    return {
      ...counts,
      outage: null,
      start: null,
      end: null,
      recovered,
      firstSuccess: null,
      flaps: 0,
      badAfterRecovery: 0,
    };
  }

  const start = startOf(considered, firstBad, t0.low);
  const runs = goodRuns(considered, firstBad, blind);
  const stable = runs.find((run) => heldAt(considered, run, question, blind) !== null);
  const opening = stable ?? (considered.at(-1)?.ok === true ? runs.at(-1) : undefined);
  const end =
    opening === undefined
      ? { low: considered.at(-1)?.sent ?? t0.low, high: Infinity }
      : { low: lastBadBefore(considered, opening), high: earliestCompletion(considered, opening) };
  const outage = {
    low: Math.max(0, end.low - start.high),
    high: stable === undefined ? Infinity : end.high - start.low,
  };
  return {
    ...counts,
    outage,
    start,
    end,
    recovered: stable === undefined ? null : end,
    firstSuccess: runs[0] === undefined ? null : (considered[runs[0]]?.completed ?? null),
    flaps:
      runs.filter((run) => considered[run - 1]?.ok === false).length -
      (considered.at(-1)?.ok === true ? 1 : 0),
    badAfterRecovery:
      stable === undefined ? 0 : considered.slice(stable).filter((attempt) => !attempt.ok).length,
  };
}

/**
 * The recovery time of the worst stream, in milliseconds from t0.low: [max of recovered.low, max of recovered.high]
 * − t0.low. A stream that has not recovered has no upper bound (Infinity), and as lower bound its last bad attempt.
 * A stream without an outage contributes [0, completion of its first good attempt sent after t0.high]. No stream at
 * all is [0, Infinity]: nothing is known.
 */
export function rtoOf(analyses: readonly OutageAnalysis[], t0: Bounds): Bounds {
  if (analyses.length === 0) return { low: 0, high: Infinity };
  const lows = analyses.map((one) => (one.recovered ?? one.end)?.low ?? t0.low);
  const highs = analyses.map((one) => one.recovered?.high ?? Infinity);
  return { low: Math.max(0, Math.max(...lows) - t0.low), high: Math.max(...highs) - t0.low };
}

/** Index of the first attempt sent at or after `instant`; the attempts are in the order of their sending. */
function firstSentAtOrAfter(attempts: readonly Attempt[], instant: number): number {
  let low = 0;
  let high = attempts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((attempts[middle]?.sent ?? Infinity) < instant) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Any bad attempt bounds the start from above, not only the first sent: a refusal is known before a timeout. */
function startOf(attempts: readonly Attempt[], firstBad: number, notBefore: number): Bounds {
  let high = Infinity;
  for (let i = firstBad; i < attempts.length; i += 1) {
    const attempt = attempts[i];
    if (attempt === undefined || attempt.sent >= high) break;
    if (!attempt.ok && attempt.completed >= notBefore) high = Math.min(high, attempt.completed);
  }
  let last = firstBad - 1;
  while (last >= 0 && attempts[last]?.ok === false) last -= 1;
  return { low: attempts[last]?.sent ?? -Infinity, high };
}

/** First indices of the stretches of good attempts behind `from`, through which the prober could see. */
function goodRuns(attempts: readonly Attempt[], from: number, blind: ReadonlySet<number>): readonly number[] {
  const runs: number[] = [];
  for (let i = from + 1; i < attempts.length; i += 1) {
    if (attempts[i]?.ok === true && (attempts[i - 1]?.ok === false || blind.has(i))) runs.push(i);
  }
  return runs;
}

/**
 * Indices of attempts before which the prober was blind: it sent none for longer than τ beyond the interval, or its
 * numbers show that some are missing. What happened meanwhile may have been anything.
 */
function blindBefore(
  attempts: readonly Attempt[],
  { everyMs, timeoutMs }: Pick<ProbeStream, 'everyMs' | 'timeoutMs'>,
): ReadonlySet<number> {
  const blind = new Set<number>();
  for (let i = 1; i < attempts.length; i += 1) {
    const [before, attempt] = [attempts[i - 1], attempts[i]];
    if (before === undefined || attempt === undefined) continue;
    const missing =
      attempt.number !== undefined && before.number !== undefined && attempt.number > before.number + 1;
    if (missing || attempt.sent - before.sent > everyMs + timeoutMs) blind.add(i);
  }
  return blind;
}

/** When the last bad attempt before `index` was sent; there is one. */
function lastBadBefore(attempts: readonly Attempt[], index: number): number {
  let last = index - 1;
  while (last > 0 && attempts[last]?.ok === true) last -= 1;
  return attempts[last]?.sent ?? -Infinity;
}

/** Index of the attempt that confirms the good run which opens at `first`; null when it did not hold (yet). */
function heldAt(
  attempts: readonly Attempt[],
  first: number,
  question: OutageQuestion,
  blind: ReadonlySet<number>,
): number | null {
  const opened = attempts[first]?.sent ?? Infinity;
  for (let i = first; i < attempts.length; i += 1) {
    const attempt = attempts[i];
    if (attempt === undefined || !attempt.ok || (i > first && blind.has(i))) return null;
    if (attempt.sent - opened >= question.stableForMs && i - first + 1 >= question.stableAttempts) return i;
  }
  return null;
}

/** A later attempt may complete before the one that opened the run; the platform was back by then. */
function earliestCompletion(attempts: readonly Attempt[], first: number): number {
  let earliest = Infinity;
  for (let i = first; i < attempts.length; i += 1) {
    const attempt = attempts[i];
    if (attempt === undefined || !attempt.ok || attempt.sent >= earliest) break;
    earliest = Math.min(earliest, attempt.completed);
  }
  return earliest;
}

function countAttempts(
  attempts: readonly Attempt[],
  everyMs: number,
  low: number,
): Pick<OutageAnalysis, 'attempts' | 'bad' | 'badMs' | 'lateness'> {
  const late: number[] = [];
  let bad = 0;
  let badMs = 0;
  for (let i = 0; i < attempts.length; i += 1) {
    const attempt = attempts[i];
    if (attempt === undefined || attempt.completed < low) continue;
    late.push(Math.max(0, attempt.sent - attempt.due));
    if (attempt.ok) continue;
    bad += 1;
    badMs += (attempts[i + 1]?.sent ?? attempt.sent + everyMs) - attempt.sent;
  }
  const sorted = Float64Array.from(late).sort();
  const p99 = sorted[Math.max(0, Math.ceil(sorted.length * 0.99) - 1)] ?? 0;
  return { attempts: sorted.length, bad, badMs, lateness: { p99, max: sorted.at(-1) ?? 0 } };
}
