import type { ClientInterval } from './client-interval.ts';
import type { Finding } from '../objectives/finding.ts';

export type Judge = (intervals: readonly ClientInterval[]) => readonly Finding[];

/** The first good run after a fault: when it began, and when it had lasted long enough (monotonic ms). */
export interface SteadyRun {
  readonly from: number;
  readonly confirmed: number;
}

/** Two intervals that lie further apart than this do not follow each other (ms). */
const GAP_MS = 500;
/** Reports come about one second apart: ten of them may last a little less than ten seconds. */
const TOLERANCE_MS = 250;

/**
 * Finds the first run of good intervals that lasts `forMs`: each has traffic and fails no objective by itself,
 * and all of them together pass every one. A single second may be too short to decide an objective; the run as
 * a whole must decide it, and goes on until it does.
 */
export function steadyAgain(
  intervals: readonly ClientInterval[],
  from: number,
  forMs: number,
  judge: Judge,
): SteadyRun | undefined {
  let run: ClientInterval[] = [];
  for (const interval of intervals.filter(({ to }) => to > from)) {
    const before = run.at(-1);
    if (before !== undefined && interval.from - before.to > GAP_MS) run = [];
    if (!isGood(interval, judge)) {
      run = [];
      continue;
    }
    run.push(interval);
    // A run that fails as a whole may hold good that begins later.
    while (run.length > 0 && fails(judge(run))) run = run.slice(1);
    const first = run[0];
    if (first === undefined) continue;
    const began = Math.max(first.from, from);
    if (interval.to - began >= forMs - TOLERANCE_MS && isSteady(judge(run))) {
      return { from: began, confirmed: interval.to };
    }
  }
  return undefined;
}

/** Whether findings say steady: every `must` passes, and there is one. */
export function isSteady(findings: readonly Finding[]): boolean {
  const must = findings.filter(({ severity }) => severity === 'must');
  return must.length > 0 && must.every(({ outcome }) => outcome === 'pass');
}

function isGood(interval: ClientInterval, judge: Judge): boolean {
  return interval.requests + interval.dropped > 0 && !fails(judge([interval]));
}

function fails(findings: readonly Finding[]): boolean {
  return findings.some(({ severity, outcome }) => severity === 'must' && outcome === 'fail');
}
