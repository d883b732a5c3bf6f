import { join } from 'node:path';
import { CommandError, exitCodes } from '../command-error.ts';
import type { Edge } from '../edge.ts';
import { judgeAgain, type JudgedAgain } from '../judge/judge-again.ts';
import { renderVerdict } from '../progress/render-verdict.ts';
import { suiteVersion } from '../suite-version.ts';
import { findRun } from './find-run.ts';
import { keepYoungSpaceSmall } from '../young-space.ts';

export interface JudgeOptions {
  readonly platform?: string;
  readonly json?: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly objective?: readonly string[];
  readonly scope?: string;
  readonly startedAfter?: string;
  readonly labName: string;
}

/**
 * `ordeal judge`: the verdict of a run again, from its folder alone; or, with `--from`, the verdict on a past interval
 * of a live Prometheus.
 */
export async function judgeCommand(
  name: string | undefined,
  options: JudgeOptions,
  edge: Edge,
): Promise<number> {
  const live = (['from', 'to', 'objective', 'scope', 'startedAfter'] as const).filter(
    (flag) => options[flag] !== undefined,
  );
  if (live.length === 0) {
    await keepYoungSpaceSmall();
    return judgeRecord(name, options, edge);
  }
  if (name === undefined) {
    // Only here: a record is judged without whatever reads platforms and asks servers.
    const { judgeInterval } = await import('./judge-interval.ts');
    await keepYoungSpaceSmall();
    return judgeInterval(options, edge);
  }
  throw new CommandError(
    `A recorded run (${name}) is judged as it was recorded; --${dashed(live[0] ?? 'from')} is for an interval of a live Prometheus. Give one or the other.`,
    exitCodes.usage,
  );
}

async function judgeRecord(name: string | undefined, options: JudgeOptions, edge: Edge): Promise<number> {
  const dir = findRun(name, options.platform, edge);
  const again = await judgeAgain(dir);
  const { record, differences } = again;
  // With --json standard output belongs to the record alone.
  const screen = options.json === true ? edge.stderr : edge.stdout;
  if (options.json === true) edge.stdout.write(`${JSON.stringify(record, null, 2)}\n`);
  else {
    const colour = screen.isTTY === true && edge.env['NO_COLOR'] === undefined;
    const reportPath = join(dir, 'report.html');
    screen.write(`${renderVerdict(record, { colour, reportPath, columns: screen.columns ?? 100 })}\n`);
  }
  if (options.json !== true || differences.length > 0) screen.write(closing(dir, again, edge));
  return again.exitCode;
}

function closing(dir: string, { record, differences, exitCode }: JudgedAgain, edge: Edge): string {
  if (differences.length === 0) return `Judged again from ${dir}: the same findings, byte for byte.\n`;
  const version = suiteVersion(edge);
  const why =
    record.run.suiteVersion === version
      ? 'The record was changed, or judged by something else.'
      : `It was recorded by ordeal ${record.run.suiteVersion}; this is ${version}, which may judge otherwise.`;
  return (
    `Judged again from ${dir}: the findings DIFFER from those recorded: ${differences.join(', ')}.\n` +
    `${why} Exit code ${exitCode}.\n`
  );
}

function dashed(flag: string): string {
  return flag.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
