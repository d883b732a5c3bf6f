import type { Objective } from '../../objectives/objective.ts';
import type { Bounds } from '../../time/interval.ts';
import type { Measurement } from '../decide.ts';
import type { PrometheusEvidence } from '../prometheus-evidence.ts';
import { alertsThatFired } from './alerts-that-fired.ts';

/**
 * Seconds from a fault until the first of the alerts fired: between the evaluation before that one, counted from the
 * fault's latest moment, and the first sample that shows it, counted from the earliest. `fault` is in wall-clock
 * milliseconds, by the clock that stamps the samples.
 */
export function prometheusSecondsToAlert(
  evidence: PrometheusEvidence,
  alerts: string,
  fault: Bounds | undefined,
  objective: Objective,
): Measurement {
  if (fault === undefined) {
    return {
      kind: 'nothing',
      reason: 'not-run',
      sentence: 'There was no fault in the phase of this window.',
    };
  }
  const { span } = evidence;
  const blurMs = span.blurMs ?? 0;
  const { fired, rules, evaluationMs, doubt } = alertsThatFired(evidence, alerts, fault.low - blurMs);
  const fresh = fired.filter(({ began }) => began === 'new').sort((left, right) => left.at - right.at);
  const perhaps = fired.filter(({ began }) => began === 'perhaps-new');
  const on = fired.filter(({ began }) => began === 'on');
  // That none was seen to fire proves nothing when nobody knows whether somebody looked.
  if (fired.length === 0 && doubt !== undefined) return { kind: 'nothing', ...doubt };
  const seconds = (ms: number): number => Math.max(0, ms / 1000);
  const earliest = (list: typeof fired): Bounds => {
    const first = Math.min(...list.map(({ at }) => at));
    return {
      low: seconds(first - evaluationMs - fault.high - blurMs),
      high: seconds(first - fault.low + blurMs),
    };
  };
  const sure = fresh.length > 0 ? earliest(fresh) : unfired(span.to - fault.high - blurMs);
  const value = perhaps.length > 0 ? { ...sure, low: Math.min(sure.low, earliest(perhaps).low) } : sure;
  const notes = [
    fresh[0] === undefined
      ? 'None of the alerts began to fire by the end of the window.'
      : `First: ${fresh[0].name}.`,
    on.length === 0
      ? undefined
      : `Fired before the fault already, and not counted: ${on.map(({ name }) => name).join(', ')}.`,
  ].filter((note) => note !== undefined);
  return {
    kind: 'measured',
    value,
    samples: Math.max(rules.length, fired.length),
    violations: Infinity,
    ...(fresh.length === 0 && doubt !== undefined ? { decision: 'open' as const } : {}),
    finer: finer(fresh.length > 0, objective),
    ...(doubt === undefined ? {} : { doubt }),
    note: notes.join(' '),
  };
}

function unfired(ms: number): Bounds {
  return { low: Math.max(0, ms / 1000), high: Infinity };
}

function finer(fired: boolean, { limit }: Objective): string {
  return fired
    ? 'A shorter interval between evaluations would decide it.'
    : `A window that lasts longer than ${limit} s after the fault would decide it.`;
}
