import type { Edge } from '../edge.ts';
import { exitCodes } from '../command-error.ts';
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
  const report = renderReports(dir, record);
  if (options.json === true) edge.stdout.write(`${JSON.stringify(record, null, 2)}\n`);
  else edge.stdout.write(`${report}\n`);
  return exitCodes.pass;
}
