import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Observations } from '@ordeal/shared/judge/observations';
import type { PrometheusReading } from '@ordeal/shared/judge/readings';
import type { EvidenceFile } from '@ordeal/shared/record/record';
import { writeDurably } from '@ordeal/shared/files/durable-file';

/** Evidence is for everybody to read. */
export const EVIDENCE_MODE = 0o644;

export const OBSERVATIONS_FILE = 'observations.json';
export const READINGS_FILE = 'readings.jsonl.gz';

/** Raw samples are ten times smaller for it already at the least effort; more effort would hold the verdict up. */
const COMPRESSION = 1;

/** `observations.json`: everything but the readings, which are in the file that `readingsIn` names, one a line. */
export type KeptObservations = Omit<Observations, 'readings'> & { readonly readingsIn: string };

/**
 * Writes what is going to be judged into the run's folder, a reading at a time, and tells the hashes of the files.
 * Rejects when the disk does not take it.
 */
export async function keepEvidence(
  dir: string,
  observations: Observations,
): Promise<readonly EvidenceFile[]> {
  const { readings, ...rest } = observations;
  const kept: KeptObservations = { ...rest, readingsIn: READINGS_FILE };
  // First, as what is written durably after it brings its name to disk as well.
  const large = await writeReadings(dir, readings);
  const text = JSON.stringify(kept);
  writeDurably(join(dir, OBSERVATIONS_FILE), text, EVIDENCE_MODE);
  const sha256 = createHash('sha256').update(text).digest('hex');
  return [{ file: OBSERVATIONS_FILE, sha256, bytes: Buffer.byteLength(text) }, large];
}

/** The observations as they read back from the files: what is judged now is what is judged again later. */
export function asKept({ readings, ...rest }: Observations): Observations {
  return { ...(JSON.parse(JSON.stringify(rest)) as typeof rest), readings };
}

async function writeReadings(dir: string, readings: readonly PrometheusReading[]): Promise<EvidenceFile> {
  const path = join(dir, READINGS_FILE);
  const temporary = `${path}.tmp`;
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    const file = openSync(temporary, 'w', EVIDENCE_MODE);
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
  return { file: READINGS_FILE, sha256: hash.digest('hex'), bytes };
}

function* linesOf(readings: readonly PrometheusReading[]): Generator<string> {
  for (const reading of readings) yield `${JSON.stringify(reading)}\n`;
}
