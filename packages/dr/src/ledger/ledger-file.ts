import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { LedgerSource } from './analyse.ts';

const chunkBytes = 1 << 20;

/** The ledger in a file. */
export async function ledgerFile(path: string): Promise<LedgerSource> {
  const { size } = await stat(path);
  return { bytes: size, open: () => createReadStream(path, { highWaterMark: chunkBytes }) };
}
