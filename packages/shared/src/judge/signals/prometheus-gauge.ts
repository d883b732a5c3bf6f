import { gaugeWindow } from '../../prometheus/gauges.ts';
import { exactly } from '../../time/interval.ts';
import type { Doubt, Measurement } from '../decide.ts';
import { uncoveredTargets, type PrometheusEvidence } from '../prometheus-evidence.ts';

/** Longer without a sample than so many scrapes (one may be missing): who knows what happened meanwhile. */
const SILENT_SCRAPES = 2.5;

/** The extreme value of gauges at their scrapes in the window. */
export function prometheusGauge(evidence: PrometheusEvidence, take: 'max' | 'min'): Measurement {
  const { span } = evidence;
  const { series } = evidence.samples(0);
  const { value, scrapes, notNumbers, silence } = gaugeWindow(series, span, take);
  if (value === undefined) {
    return notNumbers > 0
      ? { kind: 'nothing', reason: 'not-a-number', sentence: 'Every sample in the window is NaN.' }
      : { kind: 'nothing', reason: 'no-samples', sentence: 'Prometheus has no sample in the window.' };
  }
  const doubt =
    evidence.doubt ??
    doubtOf(notNumbers, silence, evidence.scrapeIntervalMs) ??
    uncoveredTargets([], series, span);
  return {
    kind: 'measured',
    value: exactly(value),
    samples: scrapes,
    // One sample beyond the limit is a fact that no number of other samples can change.
    violations: Infinity,
    ...(doubt === undefined ? {} : { doubt }),
  };
}

function doubtOf(
  notNumbers: number,
  silence: { readonly ms: number; readonly target: string },
  scrapeIntervalMs: number,
): Doubt | undefined {
  if (notNumbers > 0) {
    return { reason: 'not-a-number', sentence: `${notNumbers} samples in the window are NaN.` };
  }
  if (silence.ms > SILENT_SCRAPES * scrapeIntervalMs) {
    return {
      reason: 'stale',
      sentence: `${silence.target} has no sample for ${(silence.ms / 1000).toFixed(1)} s of the window.`,
    };
  }
  return undefined;
}
