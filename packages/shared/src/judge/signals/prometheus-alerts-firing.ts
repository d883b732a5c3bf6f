import { evaluationIntervalOf, evaluationsOf, everyMsOf, firingAt } from '../../prometheus/alerts.ts';
import type { Measurement } from '../decide.ts';
import type { PrometheusEvidence } from '../prometheus-evidence.ts';
import { rulesBehind } from './alert-rules-doubt.ts';

/** How many alerts fire at the window's end, as the last evaluation before it saw it. */
export function prometheusAlertsFiring(evidence: PrometheusEvidence, alerts: string): Measurement {
  const { span, scrapeIntervalMs } = evidence;
  const { series } = evidence.samples(0);
  const all = evidence.rules(1);
  const evaluationMs = everyMsOf(all, alerts) ?? evaluationIntervalOf(series) ?? scrapeIntervalMs;
  const { rules, doubt: unheard } = rulesBehind(all, alerts, span, evaluationMs);
  const { sure, perhaps } = firingAt(series, span, evaluationsOf(rules, evaluationMs), evidence.points(2));
  const doubt = evidence.doubt ?? unheard;
  const seen = sure.length + perhaps.length;
  // That none was seen to fire proves nothing, one way or the other, when nobody knows whether somebody looked.
  if (seen === 0 && doubt !== undefined) return { kind: 'nothing', ...doubt };
  const notes = [
    sure.length === 0 ? undefined : `Firing: ${sure.join(', ')}.`,
    perhaps.length === 0
      ? undefined
      : `Fired at the last evaluation that is known, and perhaps at the end: ${perhaps.join(', ')}.`,
  ].filter((note) => note !== undefined);
  return {
    kind: 'measured',
    value: { low: sure.length, high: doubt === undefined ? seen : Infinity },
    samples: Math.max(rules.length, seen),
    violations: Infinity,
    finer: 'A window that ends some evaluations later would decide it.',
    ...(doubt === undefined ? {} : { doubt }),
    ...(notes.length === 0 ? {} : { note: notes.join(' ') }),
  };
}
