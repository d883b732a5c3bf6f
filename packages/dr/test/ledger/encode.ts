import type { LedgerRecord } from '@ordeal/shared/record/record';
import { analyseLedger } from '../../src/ledger/analyse.ts';
import { openBook } from '../../src/ledger/book.ts';
import { keyOf, type Found } from '../../src/ledger/writes.ts';
import type { DurableLog } from '../../src/observers/durable-log.ts';
import type { LedgerQuestion } from './reference.ts';

/** The lines of a ledger's file, as the ledger itself writes them: what happened in the order in which it did. */
export async function linesOf({ writes, readings }: LedgerQuestion): Promise<readonly string[]> {
  const lines: string[] = [];
  const log: DurableLog = {
    append: async (entry) => void lines.push(`${JSON.stringify(entry)}\n`),
    appendLines: async (more) => void lines.push(...more.split(/(?<=\n)/).filter((line) => line !== '')),
    flushNow: () => undefined,
    close: async () => undefined,
  };
  const book = openBook(log, { type: 'ledger', at: 0, collection: 'c' });
  const happened = writes
    .flatMap((write) => [
      { at: write.invoked, run: () => book.intents([write], write.invoked) },
      ...(Number.isFinite(write.completed)
        ? [
            {
              at: write.completed,
              run: () => book.outcomes([write], { ...write, sent: write.invoked, detail: 'd' }),
            },
          ]
        : []),
    ])
    .sort((a, b) => a.at - b.at);
  for (const one of happened) await one.run();
  const hashes = new Map(writes.map((write) => [write.id, write.hash]));
  for (const { begun, completed, items } of readings) {
    const reading = book.beginReading();
    const found = items.map((item): Found => {
      const key = keyOf('c', `c-${item.id}`);
      return key === null ? { key, id: item.id } : { key, corrupt: item.hash !== hashes.get(item.id) };
    });
    for (let i = 0; i < found.length; i += 7) await book.found(reading, found.slice(i, i + 7));
    await book.endReading(reading, begun, completed);
  }
  await book.sum();
  return lines;
}

/** Analyses lines as if they came from a file, cut anywhere. */
export function analyseLines(
  lines: readonly string[],
  question: LedgerQuestion,
  options: { readonly chunk?: number; readonly budget?: number } = {},
): Promise<LedgerRecord> {
  const bytes = Buffer.from(lines.join(''));
  const chunk = options.chunk ?? 1000;
  const source = {
    bytes: bytes.length,
    async *open() {
      for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
    },
  };
  return analyseLedger(source, question, options.budget);
}

/** Writes such a ledger down, and analyses it. */
export async function analyse(question: LedgerQuestion): Promise<LedgerRecord> {
  return await analyseLines(await linesOf(question), question);
}
