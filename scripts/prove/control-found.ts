import type { Finding } from '../../packages/shared/src/objectives/finding.ts';
import type { RunRecord } from '../../packages/shared/src/record/record.ts';
import type { JournalEntry } from '../../packages/shared/src/timeline/event.ts';

/** What a run has left to say of itself. */
export interface Evidence {
  readonly record: Pick<RunRecord, 'findings' | 'verdict'>;
  readonly journal: readonly JournalEntry[];
}

/**
 * The finding of that name that is no pass, the reason of the verdict that names it, the finding that is explained by it,
 * or the check that did not hold.
 */
export function whatWasSaid({ record, journal }: Evidence, finds: string): string | undefined {
  const { findings, verdict } = record;
  const missed = findings.filter(
    (one) => one.severity === 'must' && one.outcome !== 'pass' && !sawNothing(one),
  );
  const named = missed.filter(({ objective }) => objective === finds);
  const finding = named.find(({ outcome }) => outcome === 'fail') ?? named[0];
  if (finding !== undefined) return inWords(finding);
  if (findings.some((one) => one.objective === finds && sawNothing(one))) return undefined;
  const reason = verdict.reasons.find((one) => one.includes(finds));
  if (reason !== undefined) return reason;
  const explained = missed.find(({ explanation }) => explanation?.includes(finds));
  if (explained !== undefined) {
    return `${explained.objective} in ${explained.window}: ${explained.outcome}, ${explained.explanation}`;
  }
  return journal
    .flatMap((entry) => (entry.type === 'check' && !entry.held ? [`${entry.name}: ${entry.detail}`] : []))
    .find((check) => check.startsWith(finds) || check.slice(0, check.indexOf(':')).includes(finds));
}

/**
 * Whether something was not run or not to be seen, and what is looked for not said all the same: what is broken may keep
 * the rest from being run, and a busy machine may as well.
 */
export function cameToNothing(evidence: Evidence, finds: string): boolean {
  return evidence.record.findings.some(sawNothing) && whatWasSaid(evidence, finds) === undefined;
}

/** It was not run, or what sends the load did not do its own part: nothing is known of the platform. */
function sawNothing({ reason }: Finding): boolean {
  return reason === 'not-run' || reason === 'load-invalid';
}

function inWords({
  objective,
  window,
  outcome,
  value,
  comparator,
  limit,
  unit,
  explanation,
}: Finding): string {
  const figure =
    value === null
      ? (explanation ?? 'no value')
      : `${rounded(value.low)}–${value.high === null ? '∞' : rounded(value.high)} ${unit}, and ${comparator} ${limit} was promised`;
  return `${objective} in ${window}: ${outcome}, ${figure}`;
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}
