import type { LedgerRecord } from '@ordeal/shared/record/record';
import { toWall, type ClockAnchor } from '@ordeal/shared/time/clock';
import type { Bounds } from '@ordeal/shared/time/interval';
import { Gaps } from './gaps.ts';
import { since, type LedgerHeader, type LedgerSum, type ReadingEnd } from './lines.ts';
import { requireSum } from './require-sum.ts';
import { scanLedger, type LedgerSink } from './scan.ts';
import { Strangers } from './strangers.ts';
import { Tally, type Count } from './tally.ts';

export interface LedgerQuestion {
  /** The moment of the fault, t0. Monotonic ms. */
  readonly fault: Bounds;
  readonly targetSeconds: number;
  readonly anchor: ClockAnchor;
}

/** A ledger's file. It may be read several times. */
export interface LedgerSource {
  /** How many it holds. */
  readonly writes: number;
  open(): AsyncIterable<Uint8Array>;
}

/** Writes in memory at once, ten bytes each; more are looked at by several passes, each over some of the workers. */
const usualBudget = 25_000_000;

/**
 * The set analysis of a ledger. Each kind counts writes (phantom: ids), whatever the number of copies or readings.
 *
 * - lost: `ok` and absent from the last reading, or `info`, once seen and absent from the last reading.
 * - recovered: `info` and in the last reading. unresolved: `info` and never seen.
 * - phantom: an id that was never attempted. resurrected: `fail` and seen.
 * - duplicate: more than once in one reading. corrupt: seen with another payload.
 * - stale: `ok`; a reading begun after the acknowledgement missed it, a later one saw it.
 * - hole: lost, while the next write of the same worker is in the last reading.
 * - lostAfterFault: `ok`, acknowledged after t0.high, and lost: a split brain.
 * - seconds: max(t0.high, acknowledgement of the newest lost) − acknowledgement of the oldest lost. For a lost
 *   `info`, which has no acknowledgement, its invocation stands. `atLeast`: the ledger's oldest acknowledged write
 *   is lost itself, so the true figure may be larger.
 * - recoveryPoint: the last acknowledgement of the unbroken surviving prefix; null when the oldest is lost.
 * - resolutionSeconds: the largest gap between acknowledgements up to the fault, as in `Gaps`.
 *
 * Rejects when nothing can be said: lines are missing or torn, no reading, a last reading begun before the last
 * acknowledgement, an id that was written twice, no acknowledgement before the fault. That is inconclusive, never
 * "nothing was lost".
 */
export async function analyseLedger(
  source: LedgerSource,
  question: LedgerQuestion,
  budget = usualBudget,
): Promise<LedgerRecord> {
  const passes = Math.max(1, Math.ceil(source.writes / budget));
  const parts: Part[] = [];
  for (let pass = 0; pass < passes; pass += 1) {
    parts.push(await lookAt(source, question, (worker) => worker % passes === pass));
  }
  const [first] = parts;
  if (first === undefined) throw new Error('A ledger is looked at once at least.');
  const count = parts.map((part) => part.count).reduce(together);
  requireEvidence(first, count, question);
  const point = await recoveryPoint(source, count);
  const faultHigh = since(first.origin, question.fault.high);
  return {
    seconds: count.lost === 0 ? 0 : (Math.max(faultHigh, count.newestLost) - count.oldestLost) / 1e6,
    atLeast: count.oldestLostAcknowledged <= count.oldestAcknowledged,
    lost: count.lost,
    acknowledged: count.acknowledged,
    stale: count.stale,
    duplicate: count.duplicate,
    phantom: parts.reduce((sum, part) => sum + part.phantoms, 0),
    resurrected: count.resurrected,
    corrupt: count.corrupt,
    unresolved: count.unresolved,
    recovered: count.recovered,
    holes: count.holes,
    lostAfterFault: count.lostAfterFault,
    resolutionSeconds: first.gap / 1e6,
    target: question.targetSeconds,
    recoveryPoint:
      point === null ? null : new Date(toWall(question.anchor, first.origin + point / 1000)).toISOString(),
  };
}

/** What one pass came to. */
interface Part {
  /** Monotonic ms. */
  readonly origin: number;
  readonly count: Count;
  readonly phantoms: number;
  readonly gap: number;
  /** When the last reading began; null when there was none. */
  readonly lastBegun: number | null;
}

async function lookAt(
  source: LedgerSource,
  { fault }: LedgerQuestion,
  isMine: (worker: number) => boolean,
): Promise<Part> {
  const tally = new Tally();
  const strangers = new Strangers();
  let header: LedgerHeader | undefined;
  let gaps = new Gaps(fault);
  let last: ReadingEnd | null = null;
  const seen = { intents: 0, outcomes: 0, found: 0, readings: 0 };
  let sum: LedgerSum | null = null;
  const whole = isMine(0);
  const sink: LedgerSink = {
    header: (one) => {
      header = one;
      gaps = new Gaps({ low: since(one.at, fault.low), high: since(one.at, fault.high) });
    },
    intent: (worker, sequence, writes, at) => {
      seen.intents += writes;
      if (isMine(worker)) tally.intent(worker, sequence, writes, at);
    },
    outcome: (worker, sequence, writes, outcome, completed, took) => {
      seen.outcomes += writes;
      if (outcome === 'ok') gaps.acknowledged(completed);
      if (isMine(worker)) tally.outcome(worker, sequence, writes, outcome, completed, took);
    },
    found: (reading, worker, sequence, corrupt) => {
      seen.found += 1;
      if (!isMine(worker) || tally.found(reading, worker, sequence, corrupt)) return;
      strangers.found(reading, `${worker}-${sequence}`);
    },
    stranger: (reading, id) => {
      seen.found += 1;
      if (whole) strangers.found(reading, id);
    },
    reading: (end) => {
      seen.readings += 1;
      last = end;
      tally.endReading(end.reading, end.begun);
      strangers.endReading(end.reading);
    },
    sum: (one) => {
      sum = one;
      requireSum(one, seen);
    },
  };
  await scanLedger(source.open(), sink);
  if (header === undefined) throw new Error('The ledger has no first line: it is not known when it began.');
  if (sum === null)
    throw new Error('The ledger was never read back to the end, so nothing can be said of loss.');
  requireSum(sum, seen);
  return {
    origin: header.at,
    count: tally.count(since(header.at, fault.high)),
    phantoms: strangers.count(),
    gap: gaps.value(),
    lastBegun: (last as ReadingEnd | null)?.begun ?? null,
  };
}

function requireEvidence(part: Part, count: Count, { fault }: LedgerQuestion): void {
  if (part.lastBegun === null) {
    throw new Error('The ledger was never read back, so nothing can be said of loss.');
  }
  if (count.newestAcknowledged > part.lastBegun) {
    throw new Error(
      'The last reading of the ledger began before its last acknowledgement. Stop writing before reading back.',
    );
  }
  if (count.oldestAcknowledged > since(part.origin, fault.high)) {
    throw new Error(
      `The ledger has ${count.acknowledged} acknowledged writes and none before the fault, so nothing can be said ` +
        'of loss. Let it write for longer before the fault, and see in its file why writes were not acknowledged.',
    );
  }
}

/** The newest acknowledgement before the oldest that was lost; null when none survived. */
async function recoveryPoint(source: LedgerSource, count: Count): Promise<number | null> {
  if (count.oldestLostAcknowledged === Infinity) return count.newestAcknowledged;
  if (count.oldestLostAcknowledged <= count.oldestAcknowledged) return null;
  let newest = -Infinity;
  const nothing = (): void => undefined;
  await scanLedger(source.open(), {
    intent: nothing,
    outcome: (_worker, _sequence, _writes, outcome, completed) => {
      if (outcome === 'ok' && completed < count.oldestLostAcknowledged && completed > newest)
        newest = completed;
    },
    found: nothing,
    stranger: nothing,
    reading: nothing,
    sum: nothing,
  });
  return newest;
}

function together(one: Count, other: Count): Count {
  return {
    acknowledged: one.acknowledged + other.acknowledged,
    lost: one.lost + other.lost,
    lostAfterFault: one.lostAfterFault + other.lostAfterFault,
    holes: one.holes + other.holes,
    stale: one.stale + other.stale,
    duplicate: one.duplicate + other.duplicate,
    corrupt: one.corrupt + other.corrupt,
    resurrected: one.resurrected + other.resurrected,
    unresolved: one.unresolved + other.unresolved,
    recovered: one.recovered + other.recovered,
    oldestAcknowledged: Math.min(one.oldestAcknowledged, other.oldestAcknowledged),
    newestAcknowledged: Math.max(one.newestAcknowledged, other.newestAcknowledged),
    oldestLostAcknowledged: Math.min(one.oldestLostAcknowledged, other.oldestLostAcknowledged),
    oldestLost: Math.min(one.oldestLost, other.oldestLost),
    newestLost: Math.max(one.newestLost, other.newestLost),
  };
}
