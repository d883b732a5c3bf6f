import type { Objective } from '../../objectives/objective.ts';
import {
  countsAtMost,
  histogramWindow,
  quantileOf,
  shareAtMost,
  type HistogramWindow,
} from '../../prometheus/classic-histogram.ts';
import { growthByLabel } from '../../prometheus/counters.ts';
import { cumulativeBuckets } from '../../prometheus/native-growth.ts';
import { inItsUnit, millisecondsIn, shortUnit } from '../../objectives/histogram-unit.ts';
import type { HistogramSource } from '../../objectives/signal.ts';
import type { RawSeries } from '../../prometheus/reading.ts';
import type { Measurement, Nothing } from '../decide.ts';
import { hiddenNote, type PrometheusEvidence } from '../prometheus-evidence.ts';
import { shareBoundsFor } from '../shares.ts';
import { doubtOfCounters } from './prometheus-doubt.ts';
import { decideByShare, decidedBy } from './share.ts';

/**
 * A quantile in milliseconds, from a histogram. What decides is the share of observations at most the limit, which is
 * exact when the limit is a bucket's bound.
 */
export function prometheusLatency(
  evidence: PrometheusEvidence,
  objective: Objective,
  quantile: number,
  source: HistogramSource,
): Measurement {
  const read = readHistogram(evidence, source.buckets);
  if (!read.ok) return read.nothing;
  const { window, series, byServer } = read;
  const limit = inItsUnit(objective.limit, source);
  const counts = countsAtMost(window, limit);
  const toShare = shareBoundsFor(objective);
  const inferred = objective.claim === 'inferred';
  const share = (inferred ? toShare(counts) : undefined) ?? shareAtMost(window, limit);
  const { decision, wanted } = decideByShare(share, quantile, objective.comparator);
  const { low, high } = inferred
    ? quantileOf(window, quantile, (bucket) => toShare(bucket) ?? bucket.share)
    : quantileOf(window, quantile);
  return {
    kind: 'measured',
    value: { low: low * millisecondsIn(source), high: high * millisecondsIn(source) },
    violations: Math.floor(wanted === 'within' ? counts.miss.low : counts.hit.low),
    decision,
    share: { ...counts, limit: quantile },
    ...common(evidence, window, series, byServer),
    ...finerThan(window, limit, source),
  };
}

/** The share of observations that are at most `underMs`. */
export function prometheusLatencyShare(
  evidence: PrometheusEvidence,
  objective: Objective,
  underMs: number,
  source: HistogramSource,
): Measurement {
  const read = readHistogram(evidence, source.buckets);
  if (!read.ok) return read.nothing;
  const { window, series, byServer } = read;
  const limit = inItsUnit(underMs, source);
  const counts = countsAtMost(window, limit);
  const fewIsGood = objective.comparator === '<' || objective.comparator === '<=';
  return decidedBy(objective, counts, {
    violations: Math.floor(fewIsGood ? counts.hit.low : counts.miss.low),
    ...common(evidence, window, series, byServer),
    ...finerThan(window, limit, source),
  });
}

type HistogramRead =
  | {
      readonly ok: true;
      readonly window: HistogramWindow;
      readonly series: readonly RawSeries[];
      readonly byServer: string | undefined;
    }
  | { readonly ok: false; readonly nothing: Nothing };

function readHistogram(evidence: PrometheusEvidence, buckets: HistogramSource['buckets']): HistogramRead {
  const read = evidence.samples(0);
  if (buckets === 'native') return readNative(evidence, read.series);
  if (!read.hasSamplesIn()) return nothing('Prometheus has no sample of the histogram in the window.');
  const window = histogramWindow(read.growthBy('le'));
  return window === undefined
    ? nothing('The histogram has no +Inf bucket, or counted nothing in the window.')
    : { ok: true, window, series: read.series, byServer: read.byServer };
}

function readNative(evidence: PrometheusEvidence, raw: readonly RawSeries[]): HistogramRead {
  const { span, targets } = evidence;
  const series = cumulativeBuckets(raw, targets);
  const isIn = ([at]: readonly [number, unknown]): boolean => at > span.from && at <= span.to;
  if (!series.some(({ samples }) => samples.some(isIn))) {
    return raw.some(({ samples }) => samples.some(isIn))
      ? nothing(
          'The metric has plain samples in the window, and no native histogram.',
          'Prometheus has to scrape native histograms (--enable-feature=native-histograms), and the target to offer them.',
        )
      : nothing('Prometheus has no sample of the native histogram in the window.');
  }
  const window = histogramWindow(growthByLabel(series, 'le', targets, span));
  return window === undefined
    ? nothing('The native histogram counted nothing in the window.')
    : { ok: true, window, series, byServer: undefined };
}

function nothing(sentence: string, wouldDecide?: string): HistogramRead {
  const why = wouldDecide === undefined ? {} : { wouldDecide };
  return { ok: false, nothing: { kind: 'nothing', reason: 'no-samples', sentence, ...why } };
}

function common(
  evidence: PrometheusEvidence,
  window: HistogramWindow,
  series: readonly RawSeries[],
  byServer: string | undefined,
) {
  const doubt = doubtOfCounters(evidence, series);
  const notes = [hiddenNote(window.hiddenMs), byServer].filter((note) => note !== undefined);
  return {
    samples: Math.floor(window.count.low),
    seconds: (evidence.span.to - evidence.span.from) / 1000,
    ...(doubt === undefined ? {} : { doubt }),
    ...(notes.length === 0 ? {} : { note: notes.join(' ') }),
  };
}

/** Where the limit lies between two bounds, no longer window helps while the observations there are many. */
function finerThan(window: HistogramWindow, limit: number, source: HistogramSource) {
  const below = window.buckets.findLast(({ le }) => le <= limit * (1 + SAME));
  if (below !== undefined && below.le >= limit * (1 - SAME)) return {};
  const above = window.buckets.find(({ le }) => le > limit);
  const between = `${below?.le ?? 0} and ${above?.le === Infinity ? '+Inf' : (above?.le ?? '+Inf')}`;
  const unit = shortUnit(source);
  return {
    finer:
      source.buckets === 'native'
        ? `The limit of ${limit} ${unit} lies within a bucket, between ${between} ${unit}: finer buckets would decide it, or one of these limits.`
        : `The limit of ${limit} ${unit} lies between the buckets ${between}: a bucket with le="${limit}" would decide it, or native histograms.`,
  };
}

/** Bounds are decimals that went through binary: so close they are the same. */
const SAME = 1e-9;
