import { anchor } from '../../../judge/observations-of.ts';
import { STALE, type WrittenSeries } from '../../remote-write.ts';
import type { RowSpec, TruthCase } from '../case.ts';

const EVALUATION_MS = 15_000;
const never = 'absent(vector(1))';
const two = 'label_replace(vector(1), "x", "1", "", "") or label_replace(vector(1), "x", "2", "", "")';

/**
 * Rules that the server evaluates. None fires: what each alert did in the window is written beside them, as a server
 * writes it. One cannot be evaluated.
 */
export const ruleGroups = [
  {
    name: 'truth',
    rules: [
      { alert: 'Quiet', expr: never },
      { alert: 'Fires', expr: never },
      { alert: 'FiredBefore', expr: never },
      { alert: 'FiresAgain', expr: never },
      { alert: 'CannotBeEvaluated', expr: `(${two}) * on() (${two})` },
    ],
  },
];

/** What an evaluation writes while an alert fires, and the marker at its end. */
function firing(alertname: string, from: number, to: number): WrittenSeries {
  const samples: [number, number | typeof STALE][] = [];
  for (let at = from; at <= to; at += EVALUATION_MS) samples.push([anchor.wallMs + at, 1]);
  const last = samples.at(-1)?.[0] ?? anchor.wallMs;
  samples.push([last + EVALUATION_MS, STALE]);
  return { labels: { __name__: 'ALERTS', alertname, alertstate: 'firing', instance: 'a:80' }, samples };
}

/** The same alert once more. */
function twice(first: WrittenSeries, again: WrittenSeries): WrittenSeries {
  return { ...first, samples: [...(first.samples ?? []), ...(again.samples ?? [])] };
}

function alertCase(
  name: string,
  alertname: string,
  series: readonly WrittenSeries[],
  truth: number | null,
  expected: RowSpec['expected'],
): TruthCase {
  const alerts = `alertname="${alertname}"`;
  const query = `count(ALERTS{alertstate="firing",${alerts}})`;
  return {
    name,
    series,
    rows: [
      {
        what: 'alerts that began to fire',
        objective: {
          signal: { from: 'prometheus', measure: 'alerts-fired', alerts },
          comparator: '<=',
          limit: 0,
          unit: '1',
        },
        truth,
        expected,
        usual: [
          { query, factor: 1 },
          { query: `${query} or vector(0)`, factor: 1 },
        ],
      },
    ],
  };
}

export const alertCases: readonly TruthCase[] = [
  alertCase('an alert that stays quiet', 'Quiet', [], 0, 'pass'),
  alertCase(
    'an alert that fires, and ends before the end',
    'Fires',
    [firing('Fires', 65_000, 200_000)],
    1,
    'fail',
  ),
  alertCase(
    'an alert that had ended before, and fires again',
    'FiresAgain',
    [twice(firing('FiresAgain', -200_000, -100_000), firing('FiresAgain', 65_000, 200_000))],
    1,
    'fail',
  ),
  alertCase(
    'an alert that fired before',
    'FiredBefore',
    [firing('FiredBefore', -100_000, 345_000)],
    0,
    'pass',
  ),
  // Nobody looked: whatever it would have told has not been told.
  alertCase('an alert without a rule', 'NoSuchRule', [], null, 'no-samples'),
  alertCase('an alert whose rule cannot be evaluated', 'CannotBeEvaluated', [], null, 'query-failed'),
];
