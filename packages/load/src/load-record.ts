import { quantileBounds } from '@ordeal/shared/load/histogram';
import { sumIntervals } from '@ordeal/shared/load/window';
import type { LoadRecord } from '@ordeal/shared/record/record';
import { judgeValidity, type GeneratorEvidence } from './validity.ts';

/** The workload's own record. A quantile is the upper bound of its bucket; 0 when there was no request. */
export function loadRecord(workload: string, evidence: GeneratorEvidence): LoadRecord {
  const sum = sumIntervals(evidence.intervals);
  const quantile = (q: number) => quantileBounds(sum.latency, q)?.high ?? 0;
  return {
    workload,
    offered: Math.round(evidence.due.high),
    achieved: evidence.totals.iterations,
    dropped: evidence.totals.dropped,
    failed: sum.failed,
    requests: sum.requests,
    latencyMs: { p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) },
    validity: judgeValidity(evidence),
  };
}
