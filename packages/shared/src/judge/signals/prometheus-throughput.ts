import type { Objective } from '../../objectives/objective.ts';
import { totalGrowth } from '../../prometheus/counters.ts';
import type { Measurement } from '../decide.ts';
import { hiddenNote, type PrometheusEvidence } from '../prometheus-evidence.ts';
import { doubtOfCounters } from './prometheus-doubt.ts';

/** Growth of counters a second. */
export function prometheusThroughput(evidence: PrometheusEvidence, objective: Objective): Measurement {
  const { from, to } = evidence.span;
  const seconds = (to - from) / 1000;
  const read = evidence.samples(0);
  if (!read.hasSamplesIn()) {
    return {
      kind: 'nothing',
      reason: 'no-samples',
      sentence: 'Prometheus has no sample of the counter in the window.',
    };
  }
  const growth = [...read.growth().values()];
  const { low, high } = totalGrowth(growth);
  const doubt = doubtOfCounters(evidence, read.series);
  const notes = [hiddenNote(growth.reduce((sum, { hiddenMs }) => sum + hiddenMs, 0)), read.byServer].filter(
    (note) => note !== undefined,
  );
  const muchIsGood = objective.comparator === '>' || objective.comparator === '>=';
  return {
    kind: 'measured',
    // Nobody knows how much came from targets that were not seen.
    value: { low: low / seconds, high: doubt === undefined ? high / seconds : Infinity },
    samples: Math.floor(low),
    // That little was counted needs no further events to be true.
    violations: muchIsGood ? Infinity : Math.floor(low),
    seconds,
    ...(doubt === undefined ? {} : { doubt }),
    ...(notes.length === 0 ? {} : { note: notes.join(' ') }),
  };
}
