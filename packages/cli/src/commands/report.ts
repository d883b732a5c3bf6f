import { reasonOf } from '@ordeal/shared/reason-of';
import type { RunRecord } from '@ordeal/shared/record/record';
import { CommandError, exitCodes } from '../command-error.ts';
import type { Edge } from '../edge.ts';
import { renderReports } from '../run/write-record.ts';
import { findRun } from './find-run.ts';
import { readRecord } from './read-record.ts';

/** `ordeal report`: renders JUnit, summary and page again from the record, and says where they are. */
export async function reportCommand(
  name: string | undefined,
  options: { readonly json?: boolean; readonly platform?: string },
  edge: Edge,
): Promise<number> {
  const dir = findRun(name, options.platform, edge);
  const record = readRecord(dir);
  const report = rendered(dir, record);
  if (options.json === true) edge.stdout.write(`${JSON.stringify(record, null, 2)}\n`);
  else edge.stdout.write(`${report}\n`);
  return exitCodes.pass;
}

/** Neither a folder that is not ours to write into nor a record that somebody has changed is a defect of ours. */
function rendered(dir: string, record: RunRecord): string {
  try {
    return renderReports(dir, record);
  } catch (error) {
    throw new CommandError(
      `The reports in ${dir} cannot be rendered: ${reasonOf(error)}. May it be written into, and is its record.json as ordeal wrote it?`,
      exitCodes.usage,
      [],
      error,
    );
  }
}
