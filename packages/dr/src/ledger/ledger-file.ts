import { createReadStream } from 'node:fs';
import type { LedgerSource } from './analyse.ts';

const chunkBytes = 1 << 20;

/** The ledger in a file, of so many writes. */
export function ledgerFile(path: string, writes: number): LedgerSource {
  return { writes, open: () => createReadStream(path, { highWaterMark: chunkBytes }) };
}
