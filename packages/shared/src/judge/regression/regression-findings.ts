import type { Finding, InconclusiveReason } from '../../objectives/finding.ts';
import { valueOf } from '../../objectives/finding.ts';
import type { Objective, Regression } from '../../objectives/objective.ts';
import type { Bounds } from '../../time/interval.ts';
import { decide } from '../decide.ts';
import type { Observations } from '../observations.ts';
import { againstHistory } from './against-history.ts';
import { allowedChange, baselineOf, type Baseline } from './baseline.ts';
import { isMeasured } from './is-measured.ts';
import { examplesOf, LEAST_RUNS, type Examples } from './example-runs.ts';

/**
 * A finding of its own for each objective that is judged against earlier runs as well. `findings` are those of the
 * assignments, in their order. The finding's value is the change for the worse against the median of the earlier
 * runs, its limit the largest change that does not matter: max(effect, 3 × median absolute deviation).
 */
export function regressionFindings(
  { assignments, earlier = [] }: Pick<Observations, 'assignments' | 'earlier'>,
  findings: readonly Finding[],
): readonly Finding[] {
  return assignments.flatMap(({ objective }, index) => {
    const finding = findings[index];
    if (objective.regression === undefined || finding === undefined) return [];
    const examples = examplesOf(finding, objective.regression, earlier);
    return [compare(finding, objective, objective.regression, examples)];
  });
}

function compare(
  finding: Finding,
  objective: Objective,
  regression: Regression,
  examples: Examples,
): Finding {
  const runs = examples.values.length;
  const made = (rest: Pick<Finding, 'outcome' | 'value' | 'limit'> & Partial<Finding>): Finding => ({
    objective: againstHistory(finding.objective),
    window: finding.window,
    signal: `change for the worse: ${finding.signal}`,
    comparator: '<=',
    samples: runs,
    unit: finding.unit,
    severity: regression.severity ?? 'should',
    ...rest,
  });
  const { value } = finding;
  if (value === null || !isMeasured(finding) || isEndlesslyGood(value, objective)) {
    return made({
      outcome: 'inconclusive',
      value: null,
      limit: regression.effect,
      reason: finding.reason ?? 'no-samples',
      explanation: `There is nothing to compare: ${finding.explanation ?? 'the objective has no value.'}`,
      ...(finding.wouldDecide === undefined ? {} : { wouldDecide: finding.wouldDecide }),
    });
  }
  if (runs < LEAST_RUNS) {
    return made({
      outcome: 'inconclusive',
      value: null,
      limit: regression.effect,
      reason: 'no-baseline',
      explanation: `${runs} of ${LEAST_RUNS} comparable runs so far${sinceWords(regression)}: no baseline yet.${leftOut(examples)}`,
      wouldDecide: `${LEAST_RUNS - runs} more runs of the same scenario at the same pace make one.`,
    });
  }
  const baseline = baselineOf(examples.values);
  const allowed = allowedChange(baseline, regression.effect);
  const change = changeForTheWorse(value, objective, baseline);
  const judged = judgeChange(change, allowed, finding, examples);
  const words = `The median of ${runs} comparable runs${sinceWords(regression)} is ${figure(baseline.median)} ${finding.unit} (median deviation ${figure(baseline.mad)}).`;
  const { sentence, ...outcome } = judged;
  return made({
    ...outcome,
    value: valueOf(change),
    limit: allowed,
    explanation: `${words}${leftOut(examples)}${sentence === undefined ? '' : ` ${sentence}`}`,
  });
}

interface Judged {
  readonly outcome: Finding['outcome'];
  readonly reason?: InconclusiveReason;
  readonly sentence?: string;
  readonly wouldDecide?: string;
}

function judgeChange(change: Bounds, allowed: number, finding: Finding, { followsBreach }: Examples): Judged {
  switch (decide(change, '<=', allowed)) {
    case 'violated':
      return followsBreach
        ? {
            outcome: 'fail',
            sentence:
              'The comparable run before this one was worse as well. If the new level is meant, say since when in regression.since.',
          }
        : {
            outcome: 'inconclusive',
            reason: 'unconfirmed',
            sentence: 'It is worse than that by more than is usual; one run alone may be chance.',
            wouldDecide: 'Run again: a second breach confirms it.',
          };
    case 'open':
      return {
        outcome: 'inconclusive',
        reason: 'straddles-limit',
        sentence: 'Whether it is worse by more than is usual lies within what the value may be.',
        wouldDecide: `A value that is known to better than ${figure(allowed)} ${finding.unit}, or a larger regression.effect, would decide it.`,
      };
    case 'holds':
      return finding.doubt === undefined
        ? { outcome: 'pass' }
        : {
            outcome: 'inconclusive',
            reason: finding.doubt,
            sentence: `What was measured is in doubt: ${finding.explanation ?? finding.doubt}`,
          };
  }
}

/** Of a value without an upper end it cannot be said how much better it is. */
function isEndlesslyGood({ high }: NonNullable<Finding['value']>, objective: Objective): boolean {
  return high === null && !isWorseWhenHigher(objective);
}

function isWorseWhenHigher({ comparator }: Objective): boolean {
  return comparator === '<' || comparator === '<=';
}

/** How much worse than the median; what is better is negative. */
function changeForTheWorse(
  { low, high }: NonNullable<Finding['value']>,
  objective: Objective,
  { median }: Baseline,
): Bounds {
  const upper = high ?? Infinity;
  return isWorseWhenHigher(objective)
    ? { low: low - median, high: upper - median }
    : { low: median - upper, high: median - low };
}

function sinceWords({ since }: Regression): string {
  return since === undefined ? '' : ` since ${since}`;
}

function leftOut({ breaches }: Examples): string {
  if (breaches === 0) return '';
  const were = breaches === 1 ? 'Another one was' : `${breaches} others were`;
  return ` ${were} left out, being worse than usual.`;
}

function figure(value: number): string {
  return String(Number(value.toPrecision(4)));
}
