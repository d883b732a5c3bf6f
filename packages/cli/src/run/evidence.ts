import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Observations } from '@ordeal/shared/judge/observations';
import type { EvidenceFile } from '@ordeal/shared/record/record';
import { writeDurably, writeSynced } from '@ordeal/shared/files/durable-file';

/** Evidence is for everybody to read. */
export const EVIDENCE_MODE = 0o644;

export const OBSERVATIONS_FILE = 'observations.json';
export const READINGS_FILE = 'readings.jsonl.gz';

/** What gzip makes of no readings at all. */
const NO_READINGS = Buffer.from('H4sIAAAAAAAAAwMAAAAAAAAAAAA=', 'base64');

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
  const large = await keepReadings(dir, readings);
  const text = JSON.stringify(kept);
  writeDurably(join(dir, OBSERVATIONS_FILE), text, EVIDENCE_MODE);
  return [fileOf(OBSERVATIONS_FILE, Buffer.from(text)), large];
}

/** To load what packs takes longer than to judge a smoke gate, which has no readings. */
async function keepReadings(dir: string, readings: Observations['readings']): Promise<EvidenceFile> {
  const path = join(dir, READINGS_FILE);
  if (readings.length > 0) {
    const { writeReadings } = await import('./write-readings.ts');
    return { file: READINGS_FILE, ...(await writeReadings(path, readings, EVIDENCE_MODE)) };
  }
  writeSynced(path, NO_READINGS, EVIDENCE_MODE);
  return fileOf(READINGS_FILE, NO_READINGS);
}

function fileOf(file: string, contents: Buffer): EvidenceFile {
  return { file, sha256: createHash('sha256').update(contents).digest('hex'), bytes: contents.length };
}

/** The observations as they read back from the files: what is judged now is what is judged again later. */
export function asKept({ readings, ...rest }: Observations): Observations {
  return { ...(JSON.parse(JSON.stringify(rest)) as typeof rest), readings };
}
