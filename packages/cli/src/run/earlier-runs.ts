import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { EarlierRun } from '@ordeal/shared/judge/earlier-run';
import type { Assignment } from '@ordeal/shared/judge/observations';
import { comparableRun, type RunLikeness } from '@ordeal/shared/judge/regression/comparable-run';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { RunRecord } from '@ordeal/shared/record/record';
import { listRuns } from './run-directory.ts';
import { readRunFile } from './run-file.ts';

/** So many folders are looked at, newest first: the history of a year's nightly runs is not read each night. */
const LOOKED_AT = 400;
/** More than a baseline takes, as breaches are left out of it. */
const KEPT = 100;

/** What earlier runs have to say, and which of them could not be read. */
export interface EarlierRuns {
  /** Oldest first. */
  readonly runs: readonly EarlierRun[];
  readonly unreadable: readonly string[];
}

/**
 * Reads the records of earlier runs that are comparable with this one, as far as any of the assignments is judged
 * against history. Never throws: a record that cannot be read is left out, and named.
 */
export function readEarlierRuns(
  runsDir: string,
  now: RunLikeness & { readonly startedAt: string },
  assignments: readonly Assignment[],
): EarlierRuns {
  if (!assignments.some(({ objective }) => objective.regression !== undefined)) {
    return { runs: [], unreadable: [] };
  }
  const runs: EarlierRun[] = [];
  const unreadable: string[] = [];
  for (const dir of foldersOf(runsDir, unreadable)) {
    if (runs.length >= KEPT) break;
    const path = join(dir, 'record.json');
    // A run that is under way, or was killed, has no record; one of another platform need not be read.
    if (!existsSync(path) || (readRunFile(dir)?.platform ?? now.platform) !== now.platform) continue;
    try {
      const run = comparableRun(recordOf(readFileSync(path, 'utf8')), now, assignments);
      if (run !== undefined) runs.push(run);
    } catch (error) {
      unreadable.push(`${basename(dir)}: ${reasonOf(error)}`);
    }
  }
  return { runs: runs.toReversed(), unreadable };
}

function foldersOf(runsDir: string, unreadable: string[]): readonly string[] {
  try {
    return listRuns(runsDir).toReversed().slice(0, LOOKED_AT);
  } catch (error) {
    unreadable.push(`${runsDir}: ${reasonOf(error)}`);
    return [];
  }
}

/** Only what is compared has to be sound. */
function recordOf(text: string): RunRecord {
  const record = JSON.parse(text) as Partial<RunRecord> | null;
  const { run, verdict, findings } = record ?? {};
  if (record?.schemaVersion !== 1) throw new Error('it is no record of schemaVersion 1');
  if (!Number.isFinite(Date.parse(run?.startedAt ?? '')) || typeof run?.id !== 'string') {
    throw new Error('it does not say which run it is of');
  }
  if (verdict === undefined || !Array.isArray(findings) || !findings.every(isFinding)) {
    throw new Error('its findings cannot be understood');
  }
  return record as RunRecord;
}

function isFinding(raw: unknown): boolean {
  const { objective, window, outcome, value } = Object(raw) as Record<string, unknown>;
  if (typeof objective !== 'string' || typeof window !== 'string' || typeof outcome !== 'string')
    return false;
  if (value === null) return true;
  const { low, high } = Object(value) as Record<string, unknown>;
  return typeof low === 'number' && (high === null || typeof high === 'number');
}
