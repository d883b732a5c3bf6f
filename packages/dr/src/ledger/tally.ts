import type { Outcome } from './writes.ts';

const outcomes: readonly Outcome[] = ['info', 'ok', 'fail'];
const outcomeBits = 3;
const isOk = 1;
const isFail = 2;
/** Seen in the reading under way: once at least, twice, with another payload. */
const now = 4;
const nowTwice = 8;
const nowCorrupt = 16;
/** Of all readings that came to their end. */
const ever = 32;
const twice = 64;
const corrupt = 128;
const missed = 256;
const stale = 512;
const inLast = 1024;

/** What is known of one worker's writes: ten bytes each, so that tens of millions fit into memory. */
interface WorkerWrites {
  count: number;
  flags: Uint16Array;
  /** Acknowledged: when. In doubt: when it was invoked. Rejected: never used. Microseconds. */
  times: Float64Array;
}

/** What the writes of some workers come to. Times in microseconds of the ledger. */
export interface Count {
  readonly acknowledged: number;
  readonly lost: number;
  readonly lostAfterFault: number;
  readonly holes: number;
  readonly stale: number;
  readonly duplicate: number;
  readonly corrupt: number;
  readonly resurrected: number;
  readonly unresolved: number;
  readonly recovered: number;
  readonly oldestAcknowledged: number;
  readonly newestAcknowledged: number;
  readonly oldestLostAcknowledged: number;
  readonly oldestLost: number;
  readonly newestLost: number;
}

/**
 * What happened to each write of some workers, by the ledger's lines in their order. A reading counts once it came to
 * its end.
 */
export class Tally {
  private readonly workers = new Map<number, WorkerWrites>();
  private reading = 0;

  /** Of `count` writes that go out together; so is their outcome. */
  intent(worker: number, sequence: number, count: number, at: number): void {
    let writes = this.workers.get(worker);
    if (writes === undefined) {
      writes = { count: 0, flags: new Uint16Array(1024), times: new Float64Array(1024) };
      this.workers.set(worker, writes);
    }
    if (sequence !== writes.count) {
      throw new Error(
        sequence < writes.count
          ? `The ledger holds two writes with the number ${sequence} of worker ${worker}.`
          : `The ledger lacks write ${writes.count} of worker ${worker}: lines of it are missing.`,
      );
    }
    writes.count += count;
    while (writes.count > writes.flags.length) grow(writes);
    for (let i = sequence; i < writes.count; i += 1) writes.times[i] = at;
  }

  outcome(
    worker: number,
    sequence: number,
    count: number,
    outcome: Outcome,
    completed: number,
    took: number,
  ): void {
    const writes = this.workers.get(worker);
    if (writes === undefined || sequence + count > writes.count) {
      throw new Error(
        `The ledger holds an outcome of write ${sequence} of worker ${worker}, but not its intent.`,
      );
    }
    const bits = outcomes.indexOf(outcome);
    const time = outcome === 'info' ? completed - took : completed;
    for (let i = sequence; i < sequence + count; i += 1) {
      writes.flags[i] = (writes.flags[i] ?? 0) | bits;
      writes.times[i] = time;
    }
  }

  /** Whether the write was ever attempted. */
  found(reading: number, worker: number, sequence: number, isCorrupt: boolean): boolean {
    if (reading !== this.reading) this.begin(reading);
    const writes = this.workers.get(worker);
    if (writes === undefined || sequence >= writes.count) return false;
    const flags = writes.flags[sequence] ?? 0;
    writes.flags[sequence] = flags | ((flags & now) === 0 ? now : nowTwice) | (isCorrupt ? nowCorrupt : 0);
    return true;
  }

  /** What an earlier reading saw that broke off is forgotten. */
  private begin(reading: number): void {
    this.reading = reading;
    for (const { flags, count } of this.workers.values()) {
      for (let i = 0; i < count; i += 1) flags[i] = (flags[i] ?? 0) & ~(now | nowTwice | nowCorrupt);
    }
  }

  endReading(reading: number, begun: number): void {
    if (reading !== this.reading) this.begin(reading);
    for (const { flags, times, count } of this.workers.values()) {
      for (let i = 0; i < count; i += 1) {
        let one = flags[i] ?? 0;
        if ((one & now) !== 0) {
          one |= ever | inLast;
          if ((one & nowTwice) !== 0) one |= twice;
          if ((one & nowCorrupt) !== 0) one |= corrupt;
          if ((one & missed) !== 0) one |= stale;
          one &= ~(now | nowTwice | nowCorrupt);
        } else {
          one &= ~inLast;
          if ((one & outcomeBits) === isOk && begun > (times[i] ?? 0)) one |= missed;
        }
        flags[i] = one;
      }
    }
  }

  /** `faultHigh`: the latest moment of the fault. */
  count(faultHigh: number): Count {
    const count = {
      acknowledged: 0,
      lost: 0,
      lostAfterFault: 0,
      holes: 0,
      stale: 0,
      duplicate: 0,
      corrupt: 0,
      resurrected: 0,
      unresolved: 0,
      recovered: 0,
      oldestAcknowledged: Infinity,
      newestAcknowledged: -Infinity,
      oldestLostAcknowledged: Infinity,
      oldestLost: Infinity,
      newestLost: -Infinity,
    };
    for (const { flags, times, count: all } of this.workers.values()) {
      for (let i = 0; i < all; i += 1) {
        const one = flags[i] ?? 0;
        const at = times[i] ?? 0;
        const outcome = one & outcomeBits;
        const there = (one & inLast) !== 0;
        const seen = (one & ever) !== 0;
        if ((one & twice) !== 0) count.duplicate += 1;
        if ((one & corrupt) !== 0) count.corrupt += 1;
        if (outcome === isOk) {
          count.acknowledged += 1;
          if ((one & stale) !== 0) count.stale += 1;
          if (at < count.oldestAcknowledged) count.oldestAcknowledged = at;
          if (at > count.newestAcknowledged) count.newestAcknowledged = at;
        } else if (outcome === isFail) {
          if (seen) count.resurrected += 1;
        } else if (there) count.recovered += 1;
        else if (!seen) count.unresolved += 1;
        if (there || outcome === isFail || (outcome !== isOk && !seen)) continue;
        count.lost += 1;
        if (outcome === isOk) {
          if (at > faultHigh) count.lostAfterFault += 1;
          if (at < count.oldestLostAcknowledged) count.oldestLostAcknowledged = at;
        }
        if (at < count.oldestLost) count.oldestLost = at;
        if (at > count.newestLost) count.newestLost = at;
        if (i + 1 < all && ((flags[i + 1] ?? 0) & inLast) !== 0) count.holes += 1;
      }
    }
    return count;
  }
}

function grow(writes: WorkerWrites): void {
  const flags = new Uint16Array(writes.flags.length * 2);
  const times = new Float64Array(writes.times.length * 2);
  flags.set(writes.flags);
  times.set(writes.times);
  writes.flags = flags;
  writes.times = times;
}
