import { exactly } from '../../time/interval.ts';
import type { Measurement } from '../decide.ts';
import type { PrometheusEvidence } from '../prometheus-evidence.ts';

/** A sample that is older than so many scrapes at the window's end is not fresh. */
const FRESH_SCRAPES = 2.5;

/** The number of series that have a fresh sample at the window's end. None at all is no data, not zero. */
export function prometheusPresent(evidence: PrometheusEvidence): Measurement {
  const { span, scrapeIntervalMs, doubt } = evidence;
  const since = span.to - FRESH_SCRAPES * scrapeIntervalMs;
  const { series } = evidence.samples(0);
  const fresh = series.filter(({ samples }) => samples.some(([at]) => at > since && at <= span.to)).length;
  if (fresh > 0) {
    return {
      kind: 'measured',
      value: exactly(fresh),
      samples: fresh,
      violations: Infinity,
      ...(doubt === undefined ? {} : { doubt }),
    };
  }
  return series.length === 0
    ? { kind: 'nothing', reason: 'no-samples', sentence: 'Prometheus has no such series.' }
    : {
        kind: 'nothing',
        reason: 'stale',
        sentence: 'The series have no fresh sample at the end of the window.',
      };
}
