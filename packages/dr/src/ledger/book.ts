import type { DurableLog } from '../observers/durable-log.ts';
import { foundLines, intentsLine, outcomeLine, since, type LedgerHeader, type LedgerSum } from './lines.ts';
import type { Found, WriteKey, Written } from './writes.ts';

/** Writes a ledger's lines, and counts them. Times in monotonic milliseconds. */
export interface Book {
  /** Requests, by their writes, that may be sent once the next `commit` has resolved. */
  intents(requests: readonly (readonly WriteKey[])[], at: number): void;
  /** What came of a request; on disk with the next `commit`. */
  outcome(keys: readonly WriteKey[], written: Written): void;
  /** Resolves when all intents and outcomes so far are on disk. */
  commit(): Promise<void>;
  /** Also tells the number of a new reading. */
  beginReading(): number;
  /** This and what follows resolves when it is on disk. */
  found(reading: number, page: readonly Found[]): Promise<void>;
  endReading(reading: number, begun: number, completed: number): Promise<void>;
  /** Nothing is under way now: whoever reads the file may hold it against these sums. */
  sum(): Promise<LedgerSum>;
}

export function openBook(log: DurableLog, header: LedgerHeader & object): Book {
  const { at: origin } = header;
  const sum = { intents: 0, outcomes: 0, found: 0, readings: 0 };
  let readings = 0;
  void log.append(header);
  return {
    intents: (requests, at) => {
      for (const keys of requests) sum.intents += keys.length;
      log.add(intentsLine(requests, since(origin, at)));
    },
    outcome: (keys, { outcome, sent, completed, detail }) => {
      sum.outcomes += keys.length;
      const when = since(origin, completed);
      const took = Math.max(0, when - since(origin, sent));
      log.add(outcomeLine(keys, outcome, when, took, detail));
    },
    commit: () => log.commit(),
    beginReading: () => {
      readings += 1;
      return readings;
    },
    found: (reading, page) => {
      sum.found += page.length;
      log.add(foundLines(reading, page));
      return log.commit();
    },
    endReading: (reading, begun, completed) => {
      sum.readings += 1;
      return log.append({
        type: 'reading',
        reading,
        begun: since(origin, begun),
        completed: since(origin, completed),
      });
    },
    sum: async () => {
      const line: LedgerSum = { type: 'sum', ...sum };
      await log.append(line);
      return line;
    },
  };
}
