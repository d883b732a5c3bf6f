import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Observations } from '@ordeal/shared/judge/observations';
import type { RunRecord } from '@ordeal/shared/record/record';
import { CommandError, exitCodes } from '../command-error.ts';

/** A run's record; what is no record of a version that is known here is one clear error. */
export function readRecord(dir: string): RunRecord {
  const record = readJson<RunRecord>(dir, 'record.json', ['run', 'verdict', 'findings', 'windows']);
  if (record.schemaVersion === 1) return record;
  throw new CommandError(
    `${join(dir, 'record.json')} has schemaVersion ${String(record.schemaVersion)}; this ordeal reads 1. Use the ordeal that wrote it.`,
    exitCodes.usage,
  );
}

/** What a run's judge saw. */
export function readObservations(dir: string): Observations {
  return readJson<Observations>(dir, 'observations.json', ['assignments', 'windows', 'readings', 'end']);
}

function readJson<T>(dir: string, file: string, fields: readonly string[]): T {
  const path = join(dir, file);
  const fail = (reason: string, cause?: unknown): never => {
    throw new CommandError(`Cannot read ${path}: ${reason}`, exitCodes.usage, [], cause);
  };
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error), error);
  }
  const missing = fields.filter((field) => !Object.hasOwn(Object(value), field));
  return missing.length === 0 ? (value as T) : fail(`it lacks ${missing.join(', ')}`);
}
