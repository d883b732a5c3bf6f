import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { PrometheusReading } from '@ordeal/shared/judge/readings';
import type { EvidenceFile } from '@ordeal/shared/record/record';

/** Raw samples are ten times smaller for it already at the least effort; more effort would hold the verdict up. */
const COMPRESSION = 1;

/**
 * Writes readings packed, one a line, a reading at a time, and tells the file's hash and size. It is there whole or not at
 * all; its name is on disk with what is next written durably into the same folder. Rejects when the disk does not take it.
 */
export async function writeReadings(
  path: string,
  readings: readonly PrometheusReading[],
  mode: number,
): Promise<Pick<EvidenceFile, 'sha256' | 'bytes'>> {
  const temporary = `${path}.tmp`;
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    const file = openSync(temporary, 'w', mode);
    try {
      await pipeline(
        Readable.from(linesOf(readings)),
        createGzip({ level: COMPRESSION }),
        // A stream into a file would do the same, and brings along what reads lines at a terminal.
        async (chunks: AsyncIterable<Buffer>) => {
          for await (const chunk of chunks) {
            hash.update(chunk);
            bytes += chunk.length;
            writeFileSync(file, chunk);
          }
        },
      );
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  return { sha256: hash.digest('hex'), bytes };
}

function* linesOf(readings: readonly PrometheusReading[]): Generator<string> {
  for (const reading of readings) yield `${JSON.stringify(reading)}\n`;
}
