import { gaugeWindow } from '../../prometheus/gauges.ts';
import { exactly } from '../../time/interval.ts';
import type { Measurement } from '../decide.ts';
import type { PrometheusEvidence } from '../prometheus-evidence.ts';
import { doubtOfGauges } from './prometheus-doubt.ts';

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
  const doubt = doubtOfGauges(evidence, series, notNumbers, silence);
  return {
    kind: 'measured',
    value: exactly(value),
    samples: scrapes,
    // One sample beyond the limit is a fact that no number of other samples can change.
    violations: Infinity,
    seconds: (span.to - span.from) / 1000,
    ...(doubt === undefined ? {} : { doubt }),
  };
}
