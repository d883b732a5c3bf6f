import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { judge } from '@ordeal/shared/judge/judge';
import type { Observations } from '@ordeal/shared/judge/observations';
import { verdictOf } from '@ordeal/shared/judge/verdict';
import type { RunRecord } from '@ordeal/shared/record/record';
import { CommandError, exitCodes } from '../command-error.ts';
import type { Edge } from '../edge.ts';
import { renderVerdict } from '../progress/render-verdict.ts';
import { findRun } from './find-run.ts';

/** `ordeal judge`: the verdict again, from the run's folder alone. Says when it differs from what was recorded. */
export async function judgeCommand(
  name: string | undefined,
  options: { readonly json?: boolean; readonly platform?: string },
  edge: Edge,
): Promise<number> {
  const dir = findRun(name, options.platform, edge);
  const recorded = readJson<RunRecord>(join(dir, 'record.json'));
  const observations = readJson<Observations>(join(dir, 'observations.json'));
  const findings = judge(observations);
  const verdict = verdictOf({
    findings,
    experiments: observations.experiments,
    drills: observations.drills,
    residue: recorded.residue,
    end: observations.end,
  });
  const record: RunRecord = { ...recorded, findings, verdict };
  // Through JSON, as the recorded ones went.
  const same = isDeepStrictEqual(JSON.parse(JSON.stringify(findings)), recorded.findings);
  if (options.json === true) edge.stdout.write(`${JSON.stringify(record, null, 2)}\n`);
  else {
    const colour = edge.stdout.isTTY === true && edge.env['NO_COLOR'] === undefined;
    edge.stdout.write(
      `${renderVerdict(record, { colour, reportPath: join(dir, 'report.html'), columns: edge.stdout.columns ?? 100 })}\n`,
    );
    edge.stdout.write(
      `Judged again from ${dir}: ${same ? 'the same findings as recorded.' : 'the findings DIFFER from those recorded.'}\n`,
    );
  }
  return verdict.exitCode;
}

function readJson<T>(path: string): T {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`Cannot read ${path}: ${reason}`, exitCodes.usage, [], error);
  }
}
