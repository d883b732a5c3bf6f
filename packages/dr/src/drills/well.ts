import type { Bounds } from '@ordeal/shared/time/interval';
import { rtoOf, type OutageAnalysis } from '../outage/outage.ts';

/** Clients that are well to stay. */
export interface Well {
  readonly analyses: readonly OutageAnalysis[];
  /**
   * Within these bounds the ledger's writes were taken again, where that was well behind what the streams saw: none of
   * them need write. Monotonic ms.
   */
  readonly writesBack?: Bounds;
}

/** Milliseconds from `t0.low` until clients were well, for reads and for writes. */
export function wellAfter({ analyses, writesBack }: Well, t0: Bounds): Bounds {
  const { low, high } = rtoOf(analyses, t0);
  if (writesBack === undefined) return { low, high };
  return { low: Math.max(low, writesBack.low - t0.low), high: Math.max(high, writesBack.high - t0.low) };
}
