import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { judge } from '@ordeal/shared/judge/judge';
import { verdictOf } from '@ordeal/shared/judge/verdict';
import type { RunRecord } from '@ordeal/shared/record/record';
import type { Edge } from '../edge.ts';
import { renderVerdict } from '../progress/render-verdict.ts';
import { findRun } from './find-run.ts';
import { readObservations, readRecord } from './read-record.ts';

/** `ordeal judge`: the verdict again, from the run's folder alone. Says when it differs from what was recorded. */
export async function judgeCommand(
  name: string | undefined,
  options: { readonly json?: boolean; readonly platform?: string },
  edge: Edge,
): Promise<number> {
  const dir = findRun(name, options.platform, edge);
  const recorded = readRecord(dir);
  const observations = readObservations(dir);
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
