import type { Outcome, WriteKey } from '../../ledger/writes.ts';

const outcomes: readonly Outcome[] = ['info', 'ok', 'fail'];
const outcomeBits = 3;
const isOk = 1;
const isRestored = 4;

/** What is known of one worker's writes, twenty bytes each. Times in microseconds of the ledger. */
interface WorkerWrites {
  count: number;
  flags: Uint16Array;
  /** The last reading of the platform that has found it; 0: none. */
  readings: Uint16Array;
  invoked: Float64Array;
  completed: Float64Array;
}

/** The writes of a ledger: what came of each, whether the platform has it, and whether a restored server has. */
export class AttemptedWrites {
  private readonly workers = new Map<number, WorkerWrites>();
  private lastReading = 0;

  intent(worker: number, sequence: number, count: number, at: number): void {
    let writes = this.workers.get(worker);
    if (writes === undefined) {
      writes = ofSize(1024);
      this.workers.set(worker, writes);
    }
    if (sequence !== writes.count) {
      throw new Error(`it has write ${sequence} of worker ${worker} where ${writes.count} should stand`);
    }
    writes.count += count;
    while (writes.count > writes.flags.length) grow(writes);
    writes.invoked.fill(at, sequence, writes.count);
  }

  outcome(worker: number, sequence: number, count: number, outcome: Outcome, completed: number): void {
    const writes = this.workers.get(worker);
    if (writes === undefined || sequence + count > writes.count) {
      throw new Error(`it has an outcome of write ${sequence} of worker ${worker}, but not its intent`);
    }
    writes.flags.fill(outcomes.indexOf(outcome), sequence, sequence + count);
    writes.completed.fill(completed, sequence, sequence + count);
  }

  /** A reading of the platform has found it. */
  read(reading: number, worker: number, sequence: number): void {
    const writes = this.workers.get(worker);
    if (writes !== undefined && sequence < writes.count) writes.readings[sequence] = reading;
  }

  endReading(reading: number): void {
    this.lastReading = reading;
  }

  /** The restored server has it: what is known of it, and whether it was found before. Undefined: never attempted. */
  restored({
    worker,
    sequence,
  }: WriteKey): { readonly outcome: Outcome; readonly invoked: number; readonly again: boolean } | undefined {
    const writes = this.workers.get(worker);
    if (writes === undefined || sequence >= writes.count) return undefined;
    const flags = writes.flags[sequence] ?? 0;
    writes.flags[sequence] = flags | isRestored;
    return {
      outcome: outcomes[flags & outcomeBits] ?? 'info',
      invoked: writes.invoked[sequence] ?? 0,
      again: (flags & isRestored) !== 0,
    };
  }

  /** All that were acknowledged by then: whether the restored server has each, and the platform by its last reading. */
  *acknowledgedBy(at: number): Iterable<WriteKey & { readonly restored: boolean; readonly live: boolean }> {
    for (const [worker, { count, flags, completed, readings }] of this.workers) {
      for (let sequence = 0; sequence < count; sequence += 1) {
        const one = flags[sequence] ?? 0;
        if ((one & outcomeBits) !== isOk || (completed[sequence] ?? 0) > at) continue;
        yield {
          worker,
          sequence,
          restored: (one & isRestored) !== 0,
          live: readings[sequence] === this.lastReading,
        };
      }
    }
  }
}

function ofSize(size: number): WorkerWrites {
  return {
    count: 0,
    flags: new Uint16Array(size),
    readings: new Uint16Array(size),
    invoked: new Float64Array(size),
    completed: new Float64Array(size),
  };
}

function grow(writes: WorkerWrites): void {
  const { flags, readings, invoked, completed } = writes;
  Object.assign(writes, ofSize(flags.length * 2), { count: writes.count });
  writes.flags.set(flags);
  writes.readings.set(readings);
  writes.invoked.set(invoked);
  writes.completed.set(completed);
}
