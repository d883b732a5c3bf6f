import { systemClock } from '@ordeal/shared/time/system-clock';
import type { ProbeStream } from '../../../src/observers/observers.ts';
import { analyseOutage, type OutageAnalysis } from '../../../src/outage/outage.ts';
import type { Gate } from '../../observers/fixtures/gate.ts';
import type { Observed } from '../../observers/fixtures/observed.ts';
import { until } from '../../observers/fixtures/until.ts';
import { boundOf } from './bound.ts';
import type { Case } from './cases.ts';

/** One trial. */
export interface Trial {
  readonly measured: readonly Measured[];
  /** How often it was made anew, as the machine had spoilt it. */
  readonly spoilt: number;
}

/** One stream in one trial. Milliseconds. */
export interface Measured {
  readonly stream: string;
  /** Whether the stream saw an outage at all. */
  readonly saw: boolean;
  /** The outage's length, as the gate tells it: it lies in this interval. */
  readonly truth: { readonly low: number; readonly high: number };
  readonly outage: { readonly low: number; readonly high: number };
  /** Of the interval before a negative lower end is cut off, and what it may be at most. */
  readonly width: number;
  readonly bound: number;
  /** Empty when start, end and length hold the truth and the width is within its bound. */
  readonly wrong: readonly string[];
}

const stable = { stableForMs: 300, stableAttempts: 12 };

/** How often a trial is made anew that the machine has spoilt. */
const mostSpoilt = 5;

/**
 * Fails the gate once, and measures. Streams that should have noticed nothing appear only when they did.
 *
 * A machine that stands still for longer than τ is an outage that the gate knows nothing of. So a trial in which
 * attempts failed that the gate had not touched is made anew; but not for ever, as that could be the probes' own doing.
 */
export async function runTrial(one: Case, gate: Gate, observed: Observed): Promise<Trial> {
  for (let spoilt = 0; ; spoilt += 1) {
    const { measured, untouchedFailed } = await tryOnce(one, gate, observed);
    if (untouchedFailed === 0 || spoilt === mostSpoilt) return { measured, spoilt };
  }
}

async function tryOnce(
  one: Case,
  gate: Gate,
  { observers }: Observed,
): Promise<{ readonly measured: readonly Measured[]; readonly untouchedFailed: number }> {
  const begun = systemClock.now();
  // Nothing of an earlier trial is left on the way, and no trial meets the streams at the same point of their grid.
  await systemClock.sleep(300 + Math.random() * 100);
  const changes = await gate.fail(one.failure);
  const [down, up] = [changes[0], changes.at(-1)];
  if (down === undefined || up === undefined) throw new Error('The gate did nothing.');
  const question = { from: { low: down.from, high: down.to }, ...stable };
  const streams = (): readonly ProbeStream[] =>
    observers.streams().map((stream) => recent(stream, down.from));
  const analyses = (): readonly OutageAnalysis[] =>
    streams().map((stream) => analyseOutage(stream, question));
  await until(
    () =>
      streams().every((stream) => (stream.settledUntil ?? Infinity) > up.to) &&
      analyses().every((seen) => seen.recovered !== null),
    `recovery after ${one.title}`,
  );
  const seenBy = streams();
  const untouched = seenBy.flatMap((stream) =>
    stream.attempts.filter(
      ({ sent, completed }) =>
        sent > (one.hits.includes(stream.name) ? up.to : down.from) ||
        (completed > begun && completed < down.from),
    ),
  );
  const truth = { low: up.from - down.to, high: up.to - down.from };
  const measured = seenBy.flatMap((stream): readonly Measured[] => {
    const seen = analyseOutage(stream, question);
    const hit = one.hits.includes(stream.name);
    if (seen.outage === null || seen.start === null || seen.recovered === null) {
      return hit ? [unseen(stream, truth, { from: down.from, to: up.to })] : [];
    }
    const { width, bound } = boundOf(stream, seen.start, seen.recovered);
    const wrong = [
      ...(hit ? [] : ['it should have noticed nothing']),
      ...(meets(seen.start, down) ? [] : ['the beginning is outside']),
      ...(meets(seen.recovered, up) ? [] : ['the end is outside']),
      ...(seen.outage.low <= truth.high && seen.outage.high >= truth.low ? [] : ['the length is outside']),
      ...(width <= bound ? [] : ['it is too wide']),
    ].map((what) => `${what}: ${JSON.stringify({ down, up, seen })}`);
    return [{ stream: stream.name, saw: true, truth, outage: seen.outage, width, bound, wrong }];
  });
  return { measured, untouchedFailed: untouched.filter((attempt) => !attempt.ok).length };
}

/** Lanes go on for minutes, and what was long before the outage says nothing of it. */
function recent(stream: ProbeStream, from: number): ProbeStream {
  const early = from - 30_000;
  return {
    ...stream,
    attempts: stream.attempts.slice(stream.attempts.findLastIndex(({ sent }) => sent < early) + 1),
  };
}

/**
 * A stream that saw no outage says no more than that there was none that reached from one attempt to the next: while
 * its process was not given a processor, a short one may have passed.
 */
function unseen(
  stream: ProbeStream,
  truth: Measured['truth'],
  down: { readonly from: number; readonly to: number },
): Measured {
  const around = stream.attempts.filter(
    ({ sent, completed }) => completed >= down.from - 1000 && sent <= down.to + 1000,
  );
  const gaps = around.slice(1).map((one, i) => one.completed - (around[i]?.sent ?? one.sent));
  const high = Math.max(0, ...gaps);
  const wrong = high >= truth.low ? [] : [`it noticed nothing: ${JSON.stringify({ down, high })}`];
  return {
    stream: stream.name,
    saw: false,
    truth,
    outage: { low: 0, high },
    width: high,
    bound: high,
    wrong,
  };
}

/** What took effect between `from` and `to` lies within [low, high] when these meet. */
function meets(
  seen: { readonly low: number; readonly high: number },
  change: { readonly from: number; readonly to: number },
): boolean {
  return seen.low <= change.to && seen.high >= change.from;
}
