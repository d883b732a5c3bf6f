import type { Finding } from '../../objectives/finding.ts';
import type { DrillMeasure } from '../../objectives/signal.ts';
import type { DrillRecord } from '../../record/record.ts';
import { exactly } from '../../time/interval.ts';
import { findingOf, type Measurement } from '../decide.ts';
import type { Assignment, Observations } from '../observations.ts';
import { observerProblem, phaseOf } from '../windows.ts';
import { drillLedger } from './drill-ledger.ts';
import { drillSessions } from './drill-sessions.ts';
import { drillTimes } from './drill-times.ts';
import { writersAtOnce } from './drill-writers.ts';

const words: Readonly<Record<DrillMeasure, string>> = {
  rto: 'seconds from the fault to recovered, as clients saw it',
  rpo: 'seconds of acknowledged writes that were lost',
  detection: 'seconds from the fault to detected',
  failover: 'seconds from detected to routed',
  lost: 'acknowledged writes that were lost',
  anomalies: 'duplicate, phantom, resurrected and corrupt writes',
  flaps: 'outages after the first recovery',
  stale: 'writes that a later read missed',
  writers: 'nodes that took writes at one time',
  'dropped-sessions': 'sessions that were cut',
  'seconds-to-reconnect': 'longest time until a session that was cut was back',
};

/** Judges one measure of a drill. */
export function judgeDrill(
  assignment: Assignment,
  measure: DrillMeasure,
  observations: Observations,
): Finding {
  return findingOf(assignment, { signal: words[measure] }, measureDrill(assignment, measure, observations));
}

function measureDrill(
  { window, objective }: Assignment,
  measure: DrillMeasure,
  observations: Observations,
): Measurement {
  const name = phaseOf(observations, window);
  const drill = observations.drills.find((one) => one.name === name);
  if (drill === undefined) {
    return { kind: 'nothing', reason: 'not-run', sentence: `There was no drill ${name}.` };
  }
  const measured = valueOf(drill, measure, objective.limit);
  const broke = observerProblem(observations, window, 'client');
  if (broke === undefined || measured.kind === 'nothing') return measured;
  // Writes that were lost are lost, whoever was late to look; times are only as good as the observer.
  if (measure === 'lost' || measure === 'anomalies' || measure === 'rpo' || measure === 'stale') {
    return { ...measured, doubt: { reason: 'observer-broke', sentence: broke } };
  }
  return { kind: 'nothing', reason: 'observer-broke', sentence: broke, value: measured.value };
}

function valueOf(drill: DrillRecord, measure: DrillMeasure, limit: number): Measurement {
  switch (measure) {
    case 'rto':
    case 'detection':
    case 'failover':
      return drillTimes(drill, measure, limit);
    case 'rpo':
    case 'lost':
    case 'anomalies':
    case 'stale':
      return drillLedger(drill, measure);
    case 'flaps':
      return flaps(drill);
    case 'dropped-sessions':
    case 'seconds-to-reconnect':
      return drillSessions(drill, measure);
    case 'writers':
      return writersAtOnce(drill);
  }
}

function flaps({ flaps: count, outages, failed }: DrillRecord): Measurement {
  return {
    kind: 'measured',
    value: exactly(count),
    samples: outages.reduce((sum, { attempts }) => sum + attempts, 0),
    violations: Infinity,
    ...(failed === undefined
      ? {}
      : { doubt: { reason: 'not-run', sentence: `The drill did not come to its end: ${failed}.` } }),
  };
}
