import type { Finding } from '@ordeal/shared/objectives/finding';
import type { RunRecord } from '@ordeal/shared/record/record';
import { exitCodes } from '../command-error.ts';
import { readObservations, readRecord } from '../commands/read-record.ts';
import { judgementOf } from './conclude.ts';

/** A verdict that was computed once more. */
export interface JudgedAgain {
  /** As recorded, with the findings and the verdict of now. */
  readonly record: RunRecord;
  /** What is not, byte for byte, as it was recorded: names of findings, and the verdict. */
  readonly differences: readonly string[];
  /** Of the verdict of now; never 0 when it differs from what was recorded. */
  readonly exitCode: number;
}

/** Judges a finished run from its folder alone. Nothing but the folder is read. */
export async function judgeAgain(dir: string): Promise<JudgedAgain> {
  const recorded = readRecord(dir);
  const observations = await readObservations(dir, recorded);
  const { findings, verdict } = judgementOf(observations, recorded.residue);
  const differences = [
    ...differencesOf(recorded.findings, findings),
    ...(JSON.stringify(recorded.verdict) === JSON.stringify(verdict) ? [] : ['the verdict']),
  ];
  const contradicted = differences.length > 0 && verdict.exitCode === exitCodes.pass;
  return {
    record: { ...recorded, findings, verdict },
    differences,
    exitCode: contradicted ? exitCodes.inconclusive : verdict.exitCode,
  };
}

// As they were serialised: the order of findings and of their fields counts, and every digit.
function differencesOf(recorded: readonly Finding[], now: readonly Finding[]): readonly string[] {
  const names = Array.from({ length: Math.max(recorded.length, now.length) }, (_, index) => {
    const before = recorded[index];
    const after = now[index];
    if (before !== undefined && after !== undefined && JSON.stringify(before) === JSON.stringify(after))
      return [];
    const finding = after ?? before;
    return finding === undefined ? [] : [`${finding.objective} (${finding.window})`];
  });
  return [...new Set(names.flat())];
}
