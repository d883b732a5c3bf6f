import type { Objective } from '../../objectives/objective.ts';
import { numberOf, type RawSeries } from '../../prometheus/reading.ts';
import { targetName } from '../../prometheus/scrapes.ts';
import type { Sample } from '../../statistics/lifetimes.ts';
import type { Doubt, Measurement } from '../decide.ts';
import { growthMeasurement } from '../leaks/growth-measurement.ts';
import { prometheusGrowth, seriesOf, type Leak } from '../leaks/prometheus-growth.ts';
import { uncoveredTargets, unseenTargets, type PrometheusEvidence } from '../prometheus-evidence.ts';
import { isSilent } from './prometheus-doubt.ts';

/** Of a longer part of the window nothing was seen: who knows what grew meanwhile. */
const MOST_SILENT = 0.05;

/** Growth of what processes hold, that goes on. `load` is what the client sent, on the server's clock. */
export function prometheusLeak(
  evidence: PrometheusEvidence,
  objective: Objective,
  signal: Leak,
  load: readonly Sample[],
): Measurement {
  const { span } = evidence;
  const series = seriesOf(evidence, signal);
  const doubt = doubtOf(evidence, series, 'gauge' in signal.of);
  if (series.length === 0) {
    return doubt === undefined
      ? { kind: 'nothing', reason: 'no-samples', sentence: 'Prometheus has no sample in the window.' }
      : { ...doubt, kind: 'nothing' };
  }
  return growthMeasurement(prometheusGrowth(evidence, signal, objective, load), {
    unit: objective.unit,
    samples: series.reduce((sum, { samples }) => sum + samples.length, 0),
    seconds: (span.to - span.from) / 1000,
    ...(signal.exhaustedAt === undefined ? {} : { exhaustedAt: signal.exhaustedAt }),
    doubt,
  });
}

function doubtOf(
  evidence: PrometheusEvidence,
  series: readonly RawSeries[],
  raw: boolean,
): Doubt | undefined {
  if (evidence.doubt !== undefined) return evidence.doubt;
  const notNumbers = series.flatMap(({ samples }) =>
    samples.filter(([, value]) => Number.isNaN(numberOf(value))),
  ).length;
  if (notNumbers > 0) {
    return { reason: 'not-a-number', sentence: `${notNumbers} samples in the window are NaN.` };
  }
  return (
    silenceOf(evidence, series) ??
    (raw
      ? (unseenTargets(evidence.targets, series, evidence.span) ??
        uncoveredTargets([], all(evidence), evidence.span))
      : undefined)
  );
}

/** With the samples behind the window's end. */
function all(evidence: PrometheusEvidence): readonly RawSeries[] {
  return evidence.samples(0).series.filter(({ samples }) => samples.some(([at]) => at > evidence.span.from));
}

/** Over hours a scrape that was missed says nothing; a target that nobody saw for long does. */
function silenceOf(evidence: PrometheusEvidence, series: readonly RawSeries[]): Doubt | undefined {
  const { span } = evidence;
  const instants = new Map<string, number[]>();
  for (const { labels, samples } of series) {
    const name = targetName(labels);
    instants.set(name, [...(instants.get(name) ?? []), ...samples.map(([at]) => at)]);
  }
  for (const [name, list] of instants) {
    const ordered = [span.from, ...list.sort((left, right) => left - right), span.to];
    const longest = ordered.reduce((most, at, index) => Math.max(most, at - (ordered[index - 1] ?? at)), 0);
    if (!isSilent(longest, evidence) || longest <= MOST_SILENT * (span.to - span.from)) continue;
    const sentence = `${name} has no sample for ${Math.round(longest / 1000)} s of the window.`;
    return { reason: 'stale', sentence };
  }
  return undefined;
}
