import type { Finding } from '../../../src/objectives/finding.ts';
import type { Objective } from '../../../src/objectives/objective.ts';
import type { WrittenSeries } from '../remote-write.ts';
import { seriesOf, type Request, type SimulatedTarget } from './simulate.ts';

/** The judged window, milliseconds, and what the platform says of its scrapes. */
export const WINDOW_MS = 300_000;
export const SCRAPE_MS = 15_000;

/** A situation whose truth is known, and what is judged in it. */
export interface TruthCase {
  readonly name: string;
  readonly series: readonly WrittenSeries[];
  readonly rows: readonly RowSpec[];
}

/** One objective in a case. */
export interface RowSpec {
  readonly what: string;
  readonly objective: Objective;
  /** The value in the objective's unit; null when there was nothing that could have had one. */
  readonly truth: number | null;
  /** What a finding has to be: its outcome, or why it is inconclusive. */
  readonly expected: 'pass' | 'fail' | NonNullable<Finding['reason']>;
  /** The usual queries at the window's end, with the factor into the objective's unit. */
  readonly usual: readonly UsualQuery[];
  /** Why the finding cannot know the truth here, where that is a limit which the documentation states. */
  readonly knownLimit?: string;
}

export interface UsualQuery {
  readonly query: string;
  readonly factor: number;
}

interface Given {
  readonly targets: readonly SimulatedTarget[];
  /** Changes what was stored. */
  readonly alter?: (series: readonly WrittenSeries[]) => readonly WrittenSeries[];
}

/** Requests of all targets within the window. */
export function within(targets: readonly SimulatedTarget[], lengthMs = WINDOW_MS): readonly Request[] {
  return targets.flatMap(({ requests }) =>
    requests.filter(({ at }) => at > WINDOW_MS - lengthMs && at <= WINDOW_MS),
  );
}

export function stored({ targets, alter = (series) => series }: Given): readonly WrittenSeries[] {
  return alter(targets.flatMap(seriesOf));
}

/** The share of bad requests, below 1 %. */
export function errorRatio(
  job: string,
  given: Given,
  expected: RowSpec['expected'],
  {
    knownLimit,
    bad = `requests_total{job="${job}",code=~"5.."}`,
  }: { knownLimit?: string; bad?: string } = {},
): TruthCase {
  const all = `requests_total{job="${job}"}`;
  const requests = within(given.targets);
  const ratio = `sum(rate(${bad}[5m])) / sum(rate(${all}[5m]))`;
  return {
    name: job,
    series: stored(given),
    rows: [
      {
        what: 'error ratio',
        objective: {
          signal: { from: 'prometheus', measure: 'ratio', bad, all },
          comparator: '<',
          limit: 0.01,
          unit: 'ratio',
        },
        truth: requests.length === 0 ? null : requests.filter((one) => one.bad).length / requests.length,
        expected,
        ...(knownLimit === undefined ? {} : { knownLimit }),
        usual: [
          { query: ratio, factor: 1 },
          { query: `${ratio} or vector(0)`, factor: 1 },
        ],
      },
    ],
  };
}

/** The 95th percentile, below a limit in ms. */
export function p95(
  job: string,
  given: Given,
  limit: number,
  expected: RowSpec['expected'],
  buckets: 'classic' | 'native' = 'classic',
): TruthCase {
  const took = within(given.targets)
    .map(({ seconds }) => seconds * 1000)
    .sort((left, right) => left - right);
  const selector = `{job="${job}"}`;
  const query =
    buckets === 'classic'
      ? `histogram_quantile(0.95, sum by (le) (rate(took_seconds_bucket${selector}[5m])))`
      : `histogram_quantile(0.95, sum(rate(took_seconds${selector}[5m])))`;
  return {
    name: job,
    series: stored(given),
    rows: [
      {
        what: 'p95',
        objective: {
          signal: {
            from: 'prometheus',
            measure: 'latency',
            quantile: 0.95,
            histogram: 'took_seconds',
            matchers: `job="${job}"`,
            buckets,
          },
          comparator: '<=',
          limit,
          unit: 'ms',
        },
        truth: took.length === 0 ? null : (took[Math.ceil(took.length * 0.95 - 1e-9) - 1] ?? null),
        expected,
        usual: [{ query, factor: 1000 }],
      },
    ],
  };
}
