import { newestInstant } from '../../prometheus/gauges.ts';
import type { Doubt, Measurement } from '../decide.ts';
import type { PrometheusEvidence } from '../prometheus-evidence.ts';
import { isSilent } from './prometheus-doubt.ts';

/**
 * Seconds at the window's end since the newest instant (Unix seconds) that any of the gauges shows. Between the last
 * scrape within the window and the next one the instant may have moved on: the age is then at least what that shows.
 */
export function prometheusAge(evidence: PrometheusEvidence): Measurement {
  const { span } = evidence;
  const { series } = evidence.samples(0);
  const { before, after, sampledAt, notNumbers, scrapes } = newestInstant(series, span);
  if (before === undefined || sampledAt === undefined) {
    return notNumbers > 0
      ? { kind: 'nothing', reason: 'not-a-number', sentence: 'Every sample in the window is NaN.' }
      : { kind: 'nothing', reason: 'no-samples', sentence: 'Prometheus has no sample in the window.' };
  }
  const age = (instant: number): number => Math.max(0, (span.to - instant * 1000) / 1000);
  const blur = (span.blurMs ?? 0) / 1000;
  const low = after === undefined ? 0 : Math.min(age(before), age(after));
  const doubt = evidence.doubt ?? doubtOf(evidence, before, sampledAt, notNumbers);
  return {
    kind: 'measured',
    value: { low: Math.max(0, low - blur), high: age(before) + blur },
    samples: scrapes,
    violations: Infinity,
    finer: 'A later scrape would decide it, or a shorter interval between scrapes.',
    ...(doubt === undefined ? {} : { doubt }),
  };
}

function doubtOf(
  evidence: PrometheusEvidence,
  newest: number,
  sampledAt: number,
  notNumbers: number,
): Doubt | undefined {
  const { span, scrapeIntervalMs } = evidence;
  if (newest * 1000 > span.to + scrapeIntervalMs) {
    return {
      reason: 'not-a-number',
      sentence: `The instant ${newest} lies in the future: is it in Unix seconds?`,
    };
  }
  if (notNumbers > 0) {
    return { reason: 'not-a-number', sentence: `${notNumbers} samples in the window are NaN.` };
  }
  if (isSilent(span.to - sampledAt, evidence)) {
    return {
      reason: 'stale',
      sentence: `The last sample lies ${((span.to - sampledAt) / 1000).toFixed(1)} s before the window's end.`,
    };
  }
  return undefined;
}
