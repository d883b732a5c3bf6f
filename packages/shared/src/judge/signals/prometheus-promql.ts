import type { Objective } from '../../objectives/objective.ts';
import type { PrometheusSignal } from '../../objectives/signal.ts';
import { numberOf, type RawSeries } from '../../prometheus/reading.ts';
import { seriesName } from '../../prometheus/scrapes.ts';
import { exactly } from '../../time/interval.ts';
import type { Doubt, Measurement } from '../decide.ts';
import type { PrometheusEvidence } from '../prometheus-evidence.ts';
import { isSilent } from './prometheus-doubt.ts';

type Promql = Extract<PrometheusSignal, { measure: 'promql' }>;

/** What the server made of a query. What it left out, or made up, is the query's own affair. */
export function prometheusPromql(
  evidence: PrometheusEvidence,
  objective: Objective,
  { take, series: wanted }: Promql,
): Measurement {
  const { span } = evidence;
  const series = evidence
    .points(0)
    .map((one) => ({
      ...one,
      samples: one.samples.filter(([at]) => take === 'last' || (at > span.from && at <= span.to)),
    }))
    .filter(({ samples }) => samples.length > 0);
  if (series.length === 0) {
    return { kind: 'nothing', reason: 'no-samples', sentence: 'The query gave nothing.' };
  }
  if (wanted === 'one' && series.length > 1) {
    const names = series
      .slice(0, 3)
      .map(({ labels }) => seriesName(labels))
      .join(', ');
    return {
      kind: 'nothing',
      reason: 'several-series',
      sentence: `The query gave ${series.length} series where one was meant: ${names}${series.length > 3 ? ', …' : ''}.`,
      wouldDecide: 'An aggregation would decide it, or series: "every".',
    };
  }
  const values = series.flatMap(({ samples }) =>
    samples.map(([, value]) => numberOf(value)).filter((value) => !Number.isNaN(value)),
  );
  const notNumbers = series.reduce((sum, { samples }) => sum + samples.length, 0) - values.length;
  const doubt = evidence.doubt ?? doubtOf(evidence, series, take, notNumbers);
  if (values.length === 0) {
    return { kind: 'nothing', reason: 'not-a-number', sentence: 'All that the query gave is NaN.' };
  }
  const scrapes = new Set(series.flatMap(({ samples }) => samples.map(([at]) => at))).size;
  return {
    kind: 'measured',
    value: exactly(worstOf(series, take, objective.comparator)),
    samples: scrapes,
    violations: Infinity,
    ...(take === 'last' ? {} : { seconds: (span.to - span.from) / 1000 }),
    ...(doubt === undefined ? {} : { doubt }),
    ...(series.length > 1 ? { note: `The worst of ${series.length} series.` } : {}),
  };
}

/** Each series by what is to be taken of it, and of all of these the one that is worst for the objective. */
function worstOf(
  series: readonly RawSeries[],
  take: Promql['take'],
  comparator: Objective['comparator'],
): number {
  const each = series.flatMap(({ samples }) => {
    const values = samples.map(([, value]) => numberOf(value)).filter((value) => !Number.isNaN(value));
    const last = values.at(-1);
    if (last === undefined) return [];
    return [take === 'last' ? last : values.reduce((left, right) => Math[take](left, right))];
  });
  const worst = comparator === '<' || comparator === '<=' ? 'max' : 'min';
  return each.reduce((left, right) => Math[worst](left, right));
}

function doubtOf(
  evidence: PrometheusEvidence,
  series: readonly RawSeries[],
  take: Promql['take'],
  notNumbers: number,
): Doubt | undefined {
  if (notNumbers > 0) {
    return { reason: 'not-a-number', sentence: `${notNumbers} of the values that the query gave are NaN.` };
  }
  if (take === 'last') return undefined;
  const { span } = evidence;
  for (const one of series) {
    const instants = [span.from, ...one.samples.map(([at]) => at), span.to];
    const longest = instants.reduce((gap, at, index) => Math.max(gap, at - (instants[index - 1] ?? at)), 0);
    if (!isSilent(longest, evidence)) continue;
    return {
      reason: 'stale',
      sentence: `The query gave nothing for ${(longest / 1000).toFixed(1)} s of the window${series.length > 1 ? ` in ${seriesName(one.labels)}` : ''}.`,
    };
  }
  return undefined;
}
