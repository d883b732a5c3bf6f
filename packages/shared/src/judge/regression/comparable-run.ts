import type { Assignment } from '../observations.ts';
import type { RunRecord } from '../../record/record.ts';
import type { EarlierRun } from '../earlier-run.ts';
import { againstHistory } from './against-history.ts';

/** What two runs must have in common, so that a difference between them tells of the platform. */
export type RunLikeness = Pick<
  RunRecord['run'],
  'kind' | 'platform' | 'scenario' | 'suiteVersion' | 'pace' | 'workload'
>;

const LIKENESS = ['kind', 'platform', 'scenario', 'suiteVersion', 'pace', 'workload'] as const;

/** How a run ends that says nothing of what is usual: it was cut short, or something lay in its way. */
const CUT_SHORT: readonly RunRecord['verdict']['outcome'][] = ['interrupted', 'broken', 'refused', 'residue'];

/**
 * What an earlier run says to a run like it; undefined when it is not comparable. Only the findings of objectives
 * that are judged against history are kept.
 */
export function comparableRun(
  record: RunRecord,
  now: RunLikeness & { readonly startedAt: string },
  assignments: readonly Assignment[],
): EarlierRun | undefined {
  const { run, verdict, findings } = record;
  // What a record does not tell is not taken to be the same.
  const alike = LIKENESS.every((field) => run[field] !== undefined && run[field] === now[field]);
  const before = Date.parse(run.startedAt) < Date.parse(now.startedAt);
  if (!alike || !before || CUT_SHORT.includes(verdict.outcome)) return undefined;
  const wanted = new Set(
    assignments
      .filter(({ objective }) => objective.regression !== undefined)
      .flatMap(({ objectiveName }) => [objectiveName, againstHistory(objectiveName)]),
  );
  return {
    run: run.id,
    startedAt: run.startedAt,
    findings: findings
      .filter(({ objective }) => wanted.has(objective))
      .map(({ objective, window, signal, outcome, reason, value, unit }) => ({
        objective,
        window,
        signal,
        outcome,
        ...(reason === undefined ? {} : { reason }),
        value,
        unit,
      })),
  };
}
