import type { DrillRecord } from '../../record/record.ts';
import { exactly } from '../../time/interval.ts';
import type { Measurement } from '../decide.ts';

/** Sessions that a drill cut, and the longest that one of them needed to be back. */
export function drillSessions(
  { sessions = [], failed, stoppedAfter }: DrillRecord,
  measure: 'dropped-sessions' | 'seconds-to-reconnect',
): Measurement {
  const kept = sessions.reduce((sum, one) => sum + one.kept, 0);
  if (kept === 0) {
    if (failed === undefined) {
      const sentence = 'No probe of the drill keeps sessions: the platform needs a probe of kind "sessions".';
      return { kind: 'nothing', reason: 'no-samples', sentence };
    }
    const sentence = `The drill ended before its fault or its planned start, so no session was watched: ${failed}.`;
    return { kind: 'nothing', reason: 'not-run', sentence };
  }
  const dropped = sessions.reduce((sum, one) => sum + one.dropped, 0);
  const notBack = sessions.reduce((sum, one) => sum + one.notBack, 0);
  const unfinished =
    failed === undefined
      ? {}
      : { doubt: { reason: 'not-run' as const, sentence: `The drill did not come to its end: ${failed}.` } };
  const words = `${dropped} of ${kept} sessions were cut${notBack > 0 ? `, and ${notBack} of them never came back` : ''}.`;
  if (measure === 'dropped-sessions') {
    return {
      kind: 'measured',
      value: exactly(dropped),
      samples: kept,
      violations: Infinity,
      note: words,
      ...unfinished,
    };
  }
  const times = sessions.flatMap(({ reconnect }) => reconnect ?? []);
  if (times.length === 0) {
    const sentence = `None of ${kept} sessions was cut, so nothing shows how soon one would be back.`;
    return { kind: 'nothing', reason: 'no-samples', sentence };
  }
  return {
    kind: 'measured',
    value: {
      low: Math.max(...times.map(({ low }) => low)),
      high: Math.max(...times.map(({ high }) => high ?? Infinity)),
    },
    samples: dropped,
    violations: Infinity,
    // One that is not back fails whatever the limit, and is never a number. Of a drill that was stopped it might have come.
    ...(notBack > 0 && stoppedAfter === undefined ? { decision: 'violated' as const } : {}),
    note: words,
    ...unfinished,
  };
}
