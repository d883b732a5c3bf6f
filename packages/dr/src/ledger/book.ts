import type { DurableLog } from '../observers/durable-log.ts';
import { foundLines, intentLine, outcomeLine, since, type LedgerHeader, type LedgerSum } from './lines.ts';
import type { Found, WriteKey, Written } from './writes.ts';

/** Writes a ledger's lines, and counts them. Everything resolves when it is on disk. Times in monotonic milliseconds. */
export interface Book {
  intents(keys: readonly WriteKey[], at: number): Promise<void>;
  outcomes(keys: readonly WriteKey[], written: Written): Promise<void>;
  /** Also tells the number of a new reading. */
  beginReading(): number;
  found(reading: number, page: readonly Found[]): Promise<void>;
  endReading(reading: number, begun: number, completed: number): Promise<void>;
  /** Nothing is under way now: whoever reads the file may hold it against these sums. */
  sum(): Promise<void>;
}

export function openBook(log: DurableLog, header: LedgerHeader & object): Book {
  const { at: origin } = header;
  const sum = { intents: 0, outcomes: 0, found: 0, readings: 0 };
  let readings = 0;
  void log.append(header);
  return {
    intents: (keys, at) => {
      sum.intents += keys.length;
      const when = since(origin, at);
      let lines = '';
      for (const key of keys) lines += intentLine(key, when);
      return log.appendLines(lines);
    },
    outcomes: (keys, { outcome, sent, completed, detail }) => {
      sum.outcomes += keys.length;
      const when = since(origin, completed);
      const took = Math.max(0, when - since(origin, sent));
      let lines = '';
      for (const key of keys) lines += outcomeLine(key, outcome, when, took, detail);
      return log.appendLines(lines);
    },
    beginReading: () => {
      readings += 1;
      return readings;
    },
    found: (reading, page) => {
      sum.found += page.length;
      return log.appendLines(foundLines(reading, page));
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
    sum: () => log.append({ type: 'sum', ...sum } satisfies LedgerSum),
  };
}
