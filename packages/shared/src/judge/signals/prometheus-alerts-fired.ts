import type { Measurement } from '../decide.ts';
import type { PrometheusEvidence } from '../prometheus-evidence.ts';
import { alertsThatFired } from './alerts-that-fired.ts';

/** How many alerts began to fire within the window. */
export function prometheusAlertsFired(evidence: PrometheusEvidence, alerts: string): Measurement {
  const { fired, rules, doubt } = alertsThatFired(evidence, alerts, evidence.span.from);
  const named = (began: (typeof fired)[number]['began']): readonly string[] =>
    fired.filter((one) => one.began === began).map(({ name }) => name);
  const [fresh, on, perhaps] = [named('new'), named('on'), named('perhaps-new')];
  const seen = fresh.length + perhaps.length;
  // That none was seen to fire proves nothing, one way or the other, when nobody knows whether somebody looked.
  if (seen === 0 && doubt !== undefined) return { kind: 'nothing', ...doubt };
  const notes = [
    fresh.length === 0 ? undefined : `Began to fire: ${fresh.join(', ')}.`,
    perhaps.length === 0 ? undefined : `Fired before, and again after a pause: ${perhaps.join(', ')}.`,
    on.length === 0 ? undefined : `Fired before already, and not counted: ${on.join(', ')}.`,
  ].filter((note) => note !== undefined);
  return {
    kind: 'measured',
    value: { low: fresh.length, high: doubt === undefined ? seen : Infinity },
    samples: Math.max(rules.length, fired.length),
    violations: Infinity,
    finer: 'A window that begins when none of these alerts fires would decide it.',
    ...(doubt === undefined ? {} : { doubt }),
    ...(notes.length === 0 ? {} : { note: notes.join(' ') }),
  };
}
