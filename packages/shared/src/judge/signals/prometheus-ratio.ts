import type { Objective } from '../../objectives/objective.ts';
import { ratioBounds } from '../../prometheus/ratio-bounds.ts';
import type { Measurement } from '../decide.ts';
import { hiddenNote, type PrometheusEvidence } from '../prometheus-evidence.ts';
import { absentBad, type BadOfAll } from './absent-bad.ts';
import { doubtOfCounters } from './prometheus-doubt.ts';
import { decidedBy } from './share.ts';

/**
 * Growth of the bad over that of all, from raw samples; `wanted` says whether the value is the share of the bad or
 * of the rest.
 */
export function prometheusRatio(
  evidence: PrometheusEvidence,
  objective: Objective,
  wanted: 'bad' | 'good',
  selectors: BadOfAll,
): Measurement {
  const bad = evidence.samples(0);
  const all = evidence.samples(1);
  if (!all.hasSamplesIn()) {
    return {
      kind: 'nothing',
      reason: 'no-samples',
      sentence: 'Prometheus has no sample of what counts all events in the window.',
    };
  }
  const { ratio, hit, miss, whole, hiddenMs } = ratioBounds(bad.growth(), all.growth());
  if (ratio === undefined) {
    return {
      kind: 'nothing',
      reason: 'no-samples',
      sentence: 'Nothing was counted in the window: no traffic.',
    };
  }
  const counts = wanted === 'bad' ? { hit, miss } : { hit: miss, miss: hit };
  const absent = absentBad(evidence, bad, all, selectors);
  const doubt = doubtOfCounters(evidence, all.series) ?? absent.doubt;
  const fewIsGood = objective.comparator === '<' || objective.comparator === '<=';
  const notes = [absent.note, hiddenNote(hiddenMs), all.byServer].filter((note) => note !== undefined);
  return decidedBy(objective, counts, {
    samples: Math.floor(whole),
    violations: Math.floor(fewIsGood ? counts.hit.low : counts.miss.low),
    seconds: (evidence.span.to - evidence.span.from) / 1000,
    ...(doubt === undefined ? {} : { doubt }),
    ...(notes.length === 0 ? {} : { note: notes.join(' ') }),
  });
}
