import type { LedgerRecord } from '@ordeal/shared/record/record';
import { toWall, type ClockAnchor } from '@ordeal/shared/time/clock';
import type { Bounds } from '@ordeal/shared/time/interval';
import type { LedgerReading, LedgerWrite } from './model.ts';

export interface LedgerQuestion {
  readonly writes: readonly LedgerWrite[];
  /** In the order of reading. The last one decides what is there. */
  readonly readings: readonly LedgerReading[];
  /** The moment of the fault, t0. Monotonic ms. */
  readonly fault: Bounds;
  readonly targetSeconds: number;
  readonly anchor: ClockAnchor;
}

/**
 * The set analysis of a ledger. Each kind counts writes (phantom: ids), whatever the number of copies or readings.
 *
 * - lost: `ok` and absent from the last reading, or `info`, once seen and absent from the last reading.
 * - recovered: `info` and in the last reading. unresolved: `info` and never seen.
 * - phantom: an id that was never attempted. resurrected: `fail` and seen.
 * - duplicate: more than once in one reading. corrupt: seen with another hash.
 * - stale: `ok`; a reading begun after the acknowledgement missed it, a later one saw it.
 * - hole: lost, while the next write of the same worker is in the last reading.
 * - lostAfterFault: `ok`, acknowledged after t0.high, and lost: a split brain.
 * - seconds: max(t0.high, acknowledgement of the newest lost) − acknowledgement of the oldest lost. For a lost
 *   `info`, which has no acknowledgement, its invocation stands. `atLeast`: the ledger's oldest acknowledged write
 *   is lost itself, so the true figure may be larger.
 * - recoveryPoint: the last acknowledgement of the unbroken surviving prefix; null when the oldest is lost.
 * - resolutionSeconds: the largest gap between acknowledgements up to the fault, the stretch from the last of them
 *   to t0.low included. The silence of the outage itself is left out: what was not acknowledged cannot be lost.
 *
 * Throws when nothing can be said: no reading, a last reading begun before the last outcome, an id that was written
 * twice, no acknowledgement before the fault. That is inconclusive, never "nothing was lost".
 */
export function analyseLedger(question: LedgerQuestion): LedgerRecord {
  const { writes, readings, fault } = question;
  const known = new Map<string, LedgerWrite>();
  for (const write of writes) {
    if (known.has(write.id)) throw new Error(`The ledger holds two writes with the id ${write.id}.`);
    known.set(write.id, write);
  }
  const acknowledged = writes.filter((write) => write.outcome === 'ok').sort(byCompletion);
  requireEvidence(acknowledged, readings, fault);

  const contents = readings.map((reading) => contentOf(reading, known));
  const present = contents.at(-1)?.ids ?? new Set<string>();
  const seen = union(contents.map((one) => one.ids));
  const isLost = (write: LedgerWrite): boolean =>
    !present.has(write.id) && (write.outcome === 'ok' || (write.outcome === 'info' && seen.has(write.id)));

  const lost = writes.filter(isLost);
  const lostAt = lost.map((write) => (write.outcome === 'ok' ? write.completed : write.invoked));
  const surviving = new Set(writes.filter((write) => present.has(write.id)).map(place));
  const oldestLost = acknowledged.find(isLost)?.completed;
  // The first of its moment: where a request is lost in part, nothing of it counts as surviving.
  const firstLost = acknowledged.findIndex((write) => write.completed === oldestLost);
  const lastSurvivor = firstLost === -1 ? acknowledged.at(-1) : acknowledged[firstLost - 1];
  const count = (test: (write: LedgerWrite) => boolean): number => writes.filter(test).length;

  return {
    seconds:
      lost.length === 0 ? 0 : (lostAt.reduce(larger, fault.high) - lostAt.reduce(smaller, Infinity)) / 1000,
    atLeast: firstLost === 0,
    lost: lost.length,
    acknowledged: acknowledged.length,
    stale: acknowledged.filter((write) => wasStale(write, readings, contents)).length,
    duplicate: union(contents.map((one) => one.repeated)).size,
    phantom: union(contents.map((one) => one.strangers)).size,
    resurrected: count((write) => write.outcome === 'fail' && seen.has(write.id)),
    corrupt: union(contents.map((one) => one.corrupt)).size,
    unresolved: count((write) => write.outcome === 'info' && !seen.has(write.id)),
    recovered: count((write) => write.outcome === 'info' && present.has(write.id)),
    holes: lost.filter((write) => surviving.has(place({ ...write, sequence: write.sequence + 1 }))).length,
    lostAfterFault: lost.filter((write) => write.outcome === 'ok' && write.completed > fault.high).length,
    resolutionSeconds: largestGap(acknowledged, fault) / 1000,
    target: question.targetSeconds,
    recoveryPoint:
      lastSurvivor === undefined
        ? null
        : new Date(toWall(question.anchor, lastSurvivor.completed)).toISOString(),
  };
}

interface Content {
  /** Attempted ids that are there. */
  readonly ids: ReadonlySet<string>;
  readonly repeated: ReadonlySet<string>;
  readonly corrupt: ReadonlySet<string>;
  /** Ids that nobody attempted. */
  readonly strangers: ReadonlySet<string>;
}

function contentOf(reading: LedgerReading, known: ReadonlyMap<string, LedgerWrite>): Content {
  const ids = new Set<string>();
  const repeated = new Set<string>();
  const corrupt = new Set<string>();
  const strangers = new Set<string>();
  for (const item of reading.items) {
    const write = known.get(item.id);
    if (write === undefined) {
      strangers.add(item.id);
      continue;
    }
    if (ids.has(item.id)) repeated.add(item.id);
    if (item.hash !== write.hash) corrupt.add(item.id);
    ids.add(item.id);
  }
  return { ids, repeated, corrupt, strangers };
}

function requireEvidence(
  acknowledged: readonly LedgerWrite[],
  readings: readonly LedgerReading[],
  fault: Bounds,
): void {
  const last = readings.at(-1);
  if (last === undefined) throw new Error('The ledger was never read back, so nothing can be said of loss.');
  const newest = acknowledged.at(-1);
  if (newest !== undefined && newest.completed > last.begun) {
    throw new Error(
      'The last reading of the ledger began before its last acknowledgement. Stop writing before reading back.',
    );
  }
  if (acknowledged[0] === undefined || acknowledged[0].completed > fault.high) {
    throw new Error(
      `The ledger has ${acknowledged.length} acknowledged writes and none before the fault, so nothing can be said ` +
        'of loss. Let it write for longer before the fault, and see in its file why writes were not acknowledged.',
    );
  }
}

function wasStale(
  write: LedgerWrite,
  readings: readonly LedgerReading[],
  contents: readonly Content[],
): boolean {
  const missed = readings.findIndex(
    (reading, i) => reading.begun > write.completed && contents[i]?.ids.has(write.id) === false,
  );
  return missed !== -1 && contents.slice(missed + 1).some((one) => one.ids.has(write.id));
}

function largestGap(acknowledged: readonly LedgerWrite[], fault: Bounds): number {
  let last = acknowledged[0]?.completed ?? fault.low;
  let largest = 0;
  for (const write of acknowledged) {
    if (write.completed > fault.high) break;
    largest = Math.max(largest, write.completed - last);
    last = write.completed;
  }
  return Math.max(largest, fault.low - last);
}

function union(sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  return new Set(sets.flatMap((set) => [...set]));
}

function place(write: Pick<LedgerWrite, 'worker' | 'sequence'>): string {
  return `${write.worker}/${write.sequence}`;
}

function byCompletion(one: LedgerWrite, other: LedgerWrite): number {
  return one.completed - other.completed;
}

function larger(one: number, other: number): number {
  return Math.max(one, other);
}

function smaller(one: number, other: number): number {
  return Math.min(one, other);
}
