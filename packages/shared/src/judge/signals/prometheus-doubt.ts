import type { GaugeWindow } from '../../prometheus/gauges.ts';
import type { RawSeries } from '../../prometheus/reading.ts';
import type { Doubt } from '../decide.ts';
import { uncoveredTargets, unseenTargets, type PrometheusEvidence } from '../prometheus-evidence.ts';

/** Why counters must not acquit anybody: targets that nobody saw, or not to the window's end. */
export function doubtOfCounters(
  evidence: PrometheusEvidence,
  series: readonly RawSeries[],
  span = evidence.span,
): Doubt | undefined {
  const { targets } = evidence;
  return evidence.doubt ?? unseenTargets(targets, series, span) ?? uncoveredTargets(targets, series, span);
}

/** Longer without a sample than so many scrapes (one may be missing): who knows what happened meanwhile. */
const SILENT_SCRAPES = 2.5;

/** Why the samples of gauges must not acquit anybody: some are no number, or some are missing. */
export function doubtOfGauges(
  evidence: PrometheusEvidence,
  series: readonly RawSeries[],
  notNumbers: number,
  silence: GaugeWindow['silence'],
): Doubt | undefined {
  if (evidence.doubt !== undefined) return evidence.doubt;
  if (notNumbers > 0) {
    return { reason: 'not-a-number', sentence: `${notNumbers} samples in the window are NaN.` };
  }
  if (isSilent(silence.ms, evidence)) {
    return {
      reason: 'stale',
      sentence: `${silence.of} has no sample for ${(silence.ms / 1000).toFixed(1)} s of the window.`,
      wouldDecide: 'For series that come and go, PromQL that takes them together would decide it (max, sum).',
    };
  }
  return (
    unseenTargets(evidence.targets, series, evidence.span) ?? uncoveredTargets([], series, evidence.span)
  );
}

/** Whether so long without a sample is more than a missed scrape. */
export function isSilent(ms: number, { scrapeIntervalMs }: PrometheusEvidence): boolean {
  return ms > SILENT_SCRAPES * scrapeIntervalMs;
}
