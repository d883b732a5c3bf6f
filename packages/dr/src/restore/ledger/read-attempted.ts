import type { LedgerSource } from '../../ledger/analyse.ts';
import type { LedgerHeader, LedgerSum } from '../../ledger/lines.ts';
import { requireSum } from '../../ledger/require-sum.ts';
import { scanLedger } from '../../ledger/scan.ts';
import { AttemptedWrites } from './attempted-writes.ts';

/** The writes of a ledger, and when its times begin (monotonic milliseconds). */
export interface Attempted {
  readonly writes: AttemptedWrites;
  readonly origin: number;
}

/** Reads a ledger. Rejects when it cannot be relied on: torn, without lines, or never read back to its end. */
export async function readAttempted(source: LedgerSource): Promise<Attempted> {
  const writes = new AttemptedWrites();
  let header: LedgerHeader | undefined;
  let sum: LedgerSum | undefined;
  const seen = { intents: 0, outcomes: 0, found: 0, readings: 0 };
  await scanLedger(source.open(), {
    header: (one) => void (header = one),
    intent: (worker, sequence, count, at) => {
      seen.intents += count;
      writes.intent(worker, sequence, count, at);
    },
    outcome: (worker, sequence, count, outcome, completed) => {
      seen.outcomes += count;
      writes.outcome(worker, sequence, count, outcome, completed);
    },
    found: (reading, worker, sequence) => {
      seen.found += 1;
      writes.read(reading, worker, sequence);
    },
    stranger: () => void (seen.found += 1),
    reading: (end) => {
      seen.readings += 1;
      writes.endReading(end.reading);
    },
    sum: (one) => void (sum = one),
  });
  if (header === undefined) throw new Error('it has no first line, so it is not known when it began');
  if (sum === undefined) throw new Error('it was never read back to its end, so it may lack lines');
  requireSum(sum, seen);
  return { writes, origin: header.at };
}
