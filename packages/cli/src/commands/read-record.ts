import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import type { Observations } from '@ordeal/shared/judge/observations';
import type { PrometheusReading } from '@ordeal/shared/judge/readings';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { RunRecord } from '@ordeal/shared/record/record';
import { CommandError, exitCodes } from '../command-error.ts';
import { OBSERVATIONS_FILE, type KeptObservations } from '../run/evidence.ts';

const NEWLINE = 0x0a;

/** A run's record; what is no record of a version that is known here is one clear error. */
export function readRecord(dir: string): RunRecord {
  const path = join(dir, 'record.json');
  const record = parsed<RunRecord>(path, textOf(path), ['run', 'verdict', 'findings', 'windows']);
  if (record.schemaVersion === 1) return record;
  throw new CommandError(
    `${path} has schemaVersion ${String(record.schemaVersion)}; this ordeal reads 1. Use the ordeal that wrote it.`,
    exitCodes.usage,
  );
}

/**
 * What a run's judge saw, from files that are what the record says they were. Evidence that is missing or was
 * changed is one clear error. Records of before there was any evidence in them have all of it in one file.
 */
export async function readObservations(dir: string, record: RunRecord): Promise<Observations> {
  const { evidence } = record;
  const path = join(dir, OBSERVATIONS_FILE);
  if (evidence !== undefined) await verify(dir, evidence);
  const small = parsed<KeptObservations | Observations>(path, textOf(path), [
    'assignments',
    'windows',
    'end',
  ]);
  if (!('readingsIn' in small)) {
    if (Object.hasOwn(small, 'readings')) return small;
    return unreadable(path, 'it lacks readings');
  }
  const { readingsIn, ...rest } = small;
  if (evidence?.some(({ file }) => file === readingsIn) !== true) {
    return unreadable(path, `the record does not vouch for ${readingsIn}, which holds its readings`);
  }
  return { ...rest, readings: await readReadings(join(dir, basename(readingsIn))) };
}

/** All files at once: who has to look for lost evidence wants to know of every piece of it. */
async function verify(dir: string, evidence: NonNullable<RunRecord['evidence']>): Promise<void> {
  const problems: string[] = [];
  for (const { file, sha256, bytes } of evidence) {
    if (file !== basename(file)) {
      problems.push(`${file} does not lie in the run's folder`);
      continue;
    }
    try {
      const found = await hashOf(join(dir, file));
      if (found.sha256 !== sha256) {
        const size =
          found.bytes === bytes ? `${bytes} bytes as before` : `${found.bytes} bytes, it had ${bytes}`;
        problems.push(`${file} was changed after it was judged (${size}; SHA-256 ${found.sha256})`);
      }
    } catch (error) {
      problems.push(`${file} is missing (${reasonOf(error)})`);
    }
  }
  if (problems.length === 0) return;
  throw new CommandError(
    `The evidence in ${dir} is not what the record names: ${problems.join('; ')}. Nothing can be concluded from it.`,
    exitCodes.usage,
  );
}

async function hashOf(path: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return { sha256: hash.digest('hex'), bytes };
}

async function readReadings(path: string): Promise<readonly PrometheusReading[]> {
  const readings: PrometheusReading[] = [];
  try {
    for await (const line of linesOf(path)) readings.push(JSON.parse(line) as PrometheusReading);
  } catch (error) {
    return unreadable(path, reasonOf(error), error);
  }
  return readings;
}

// Not by `readline`, which also takes signs within a label's value for the end of a line.
async function* linesOf(path: string): AsyncGenerator<string> {
  const source = createReadStream(path);
  const plain = createGunzip();
  source.on('error', (error) => plain.destroy(error));
  source.pipe(plain);
  let open: Buffer[] = [];
  for await (const chunk of plain as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      yield Buffer.concat([...open, chunk.subarray(from, end)]).toString('utf8');
      open = [];
      from = end + 1;
    }
    if (from < chunk.length) open.push(chunk.subarray(from));
  }
  if (open.length > 0) throw new Error('its last line was cut off');
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return unreadable(path, reasonOf(error), error);
  }
}

function parsed<T>(path: string, text: string, fields: readonly string[]): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return unreadable(path, reasonOf(error), error);
  }
  const missing = fields.filter((field) => !Object.hasOwn(Object(value), field));
  return missing.length === 0 ? (value as T) : unreadable(path, `it lacks ${missing.join(', ')}`);
}

function unreadable(path: string, reason: string, cause?: unknown): never {
  throw new CommandError(`Cannot read ${path}: ${reason}`, exitCodes.usage, [], cause);
}
