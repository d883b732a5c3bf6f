import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { LedgerItem, LedgerReading, LedgerWrite } from './writes.ts';

/** A line of the ledger's file. Monotonic milliseconds. */
export type LedgerLine =
  | { readonly type: 'ledger'; readonly at: number }
  | { readonly type: 'self'; readonly at: number }
  /** On disk before the request is sent. */
  | ({ readonly type: 'intent'; readonly at: number } & Pick<
      LedgerWrite,
      'id' | 'worker' | 'sequence' | 'hash'
    >)
  | ({ readonly type: 'outcome'; readonly detail: string } & Pick<
      LedgerWrite,
      'id' | 'outcome' | 'invoked' | 'completed'
    >)
  | {
      readonly type: 'page';
      readonly reading: number;
      readonly items: readonly (readonly [id: string, hash: string])[];
    }
  /** Behind its pages; a reading without this line was not completed and counts for nothing. */
  | {
      readonly type: 'reading';
      readonly reading: number;
      readonly begun: number;
      readonly completed: number;
    };

/**
 * Reads a ledger's file back. An intent without an outcome is `info`: its writer died. Throws on a line that is no
 * JSON, except for the last one, which a dying writer may have torn.
 */
export async function readLedgerFile(
  path: string,
): Promise<{ readonly writes: readonly LedgerWrite[]; readonly readings: readonly LedgerReading[] }> {
  const writes = new Map<string, LedgerWrite>();
  const pages = new Map<number, LedgerItem[]>();
  const readings: LedgerReading[] = [];
  for await (const line of parsedLines(path)) {
    if (line.type === 'intent') {
      const { id, worker, sequence, hash, at } = line;
      writes.set(id, { id, worker, sequence, hash, outcome: 'info', invoked: at, completed: Infinity });
    } else if (line.type === 'outcome') {
      const write = writes.get(line.id);
      if (write === undefined) throw new Error(`${path} holds an outcome of ${line.id}, but not its intent.`);
      const { outcome, invoked, completed } = line;
      writes.set(line.id, { ...write, outcome, invoked, completed });
    } else if (line.type === 'page') {
      const items = pages.get(line.reading) ?? [];
      items.push(...line.items.map(([id, hash]) => ({ id, hash })));
      pages.set(line.reading, items);
    } else if (line.type === 'reading') {
      const { reading, begun, completed } = line;
      readings.push({ begun, completed, items: pages.get(reading) ?? [] });
    }
  }
  return { writes: [...writes.values()], readings };
}

async function* parsedLines(path: string): AsyncGenerator<LedgerLine> {
  let torn: { readonly number: number; readonly error: unknown } | null = null;
  let number = 0;
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    number += 1;
    if (torn !== null) throw new Error(`Line ${torn.number} of ${path} is no JSON.`, { cause: torn.error });
    try {
      yield JSON.parse(text) as LedgerLine;
    } catch (error) {
      torn = { number, error };
    }
  }
}
