import type { LedgerRecord } from '@ordeal/shared/record/record';
import { analyseLedger } from '../../src/ledger/analyse.ts';
import { openBook } from '../../src/ledger/book.ts';
import { keyOf, type Found } from '../../src/ledger/writes.ts';
import type { DurableLog } from '../../src/observers/durable-log.ts';
import type { LedgerQuestion } from './reference.ts';

/**
 * The lines of a ledger's file, as the ledger itself writes them: what happened in the order in which it did. Writes
 * of a worker that were sent at one moment are one request, and requests of one moment share a line.
 */
export async function linesOf({ writes, readings }: LedgerQuestion): Promise<readonly string[]> {
  const lines: string[] = [];
  const add = (more: string): void => void lines.push(...more.split(/(?<=\n)/).filter((line) => line !== ''));
  const log: DurableLog = {
    add,
    commit: async () => undefined,
    append: async (entry) => add(`${JSON.stringify(entry)}\n`),
    flushNow: () => undefined,
  };
  const book = openBook(log, { type: 'ledger', at: 0, collection: 'c' });
  const requests = groupsOf(
    writes,
    (write, before) =>
      write.worker === before.worker &&
      write.invoked === before.invoked &&
      write.sequence === before.sequence + 1,
  );
  const inOrder = [...requests].sort(([one], [other]) => one.invoked - other.invoked);
  const happened = [
    ...groupsOf(inOrder, ([one], [before]) => one.invoked === before.invoked).map((together) => ({
      at: together[0][0].invoked,
      run: () => book.intents(together, together[0][0].invoked),
    })),
    ...requests
      .filter(([first]) => Number.isFinite(first.completed))
      .map((keys) => ({
        at: keys[0].completed,
        run: () => book.outcome(keys, { ...keys[0], sent: keys[0].invoked, detail: 'd' }),
      })),
  ].sort((a, b) => a.at - b.at);
  for (const one of happened) one.run();
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

/** Neighbours that belong together. */
function groupsOf<T>(
  all: readonly T[],
  belongs: (one: T, before: T) => boolean,
): readonly (readonly [T, ...T[]])[] {
  const groups: [T, ...T[]][] = [];
  let before: T | undefined;
  for (const one of all) {
    if (before !== undefined && belongs(one, before)) groups.at(-1)?.push(one);
    else groups.push([one]);
    before = one;
  }
  return groups;
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
    writes: question.writes.length,
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
