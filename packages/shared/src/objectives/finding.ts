import type { Bounds } from '../time/interval.ts';

/** Why nothing could be decided. */
export type InconclusiveReason =
  | 'no-samples'
  | 'too-few-samples'
  | 'not-a-number'
  | 'stale'
  | 'query-failed'
  | 'timed-out'
  | 'several-series'
  | 'no-baseline'
  | 'unconfirmed'
  | 'load-invalid'
  | 'straddles-limit'
  | 'ineffective'
  | 'not-run'
  | 'observer-broke';

/** One objective's outcome in one window. */
export interface Finding {
  /** Name of the objective. */
  readonly objective: string;
  /** Name of the window that it was judged in. */
  readonly window: string;
  /** The signal in words, for instance `client p95 latency`. */
  readonly signal: string;
  readonly outcome: 'pass' | 'fail' | 'inconclusive';
  /** The value lies in here; null when there is none. `high` null stands for no upper bound. */
  readonly value: { readonly low: number; readonly high: number | null } | null;
  readonly limit: number;
  readonly comparator: '<' | '<=' | '>' | '>=';
  readonly samples: number;
  readonly unit: string;
  readonly severity: 'must' | 'should';
  /** Always there when inconclusive. */
  readonly reason?: InconclusiveReason;
  /** What spoke against the value, where something else decided: its better end alone is then no proof. */
  readonly doubt?: InconclusiveReason;
  /** A sentence for people: what was seen. */
  readonly explanation?: string;
  /** When inconclusive: what would decide it, where that is known. */
  readonly wouldDecide?: string;
  /** Only where it is `inferred`: the value includes what sampling leaves open. */
  readonly claim?: 'inferred';
  /** What was asked of Prometheus, if anything. */
  readonly query?: string;
  readonly source?: string;
}

/** Serialises bounds for a finding: JSON has no Infinity. */
export function valueOf(bounds: Bounds): { low: number; high: number | null } {
  return { low: bounds.low, high: Number.isFinite(bounds.high) ? bounds.high : null };
}
