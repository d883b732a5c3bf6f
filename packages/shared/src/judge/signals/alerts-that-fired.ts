import { evaluationIntervalOf, everyMsOf, firedAlerts, type FiredAlert } from '../../prometheus/alerts.ts';
import type { AlertRule } from '../../prometheus/alert-rules.ts';
import type { Doubt } from '../decide.ts';
import type { PrometheusEvidence } from '../prometheus-evidence.ts';
import { rulesBehind } from './alert-rules-doubt.ts';

/** What alerts did from a moment on, and how far that is known. */
export interface AlertsThatFired {
  readonly fired: readonly FiredAlert[];
  readonly rules: readonly AlertRule[];
  /** How far apart evaluations are, milliseconds. */
  readonly evaluationMs: number;
  /** Why silence would prove nothing. */
  readonly doubt?: Doubt;
}

/** Alerts that fired between `fromMs` (by the clock that stamps the samples) and the end of the evidence's window. */
export function alertsThatFired(
  evidence: PrometheusEvidence,
  alerts: string,
  fromMs: number,
): AlertsThatFired {
  const { span, scrapeIntervalMs } = evidence;
  const { series } = evidence.samples(0);
  const all = evidence.rules(1);
  const evaluationMs = evaluationIntervalOf(series) ?? everyMsOf(all, alerts) ?? scrapeIntervalMs;
  const { rules, doubt: unheard } = rulesBehind(all, alerts, span, evaluationMs);
  const doubt = evidence.doubt ?? unheard;
  const held = { at: span.from, series: evidence.points(2) };
  return {
    fired: firedAlerts(series, { from: fromMs, to: span.to }, evaluationMs, held),
    rules,
    evaluationMs,
    ...(doubt === undefined ? {} : { doubt }),
  };
}
