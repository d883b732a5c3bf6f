import type { FaultDriver } from '@ordeal/shared/drivers/fault';
import type { RouteDriver } from '@ordeal/shared/drivers/route';
import type { StoreDriver } from '@ordeal/shared/drivers/store';
import type { DrillRecord, LedgerRecord, WindowRecord } from '@ordeal/shared/record/record';
import type { ClockAnchor } from '@ordeal/shared/time/clock';
import type { Bounds, Span } from '@ordeal/shared/time/interval';
import type { RouteHealth } from '../drivers/route-health.ts';
import type { Observers } from '../observers/observers.ts';

/** What a drill moves, breaks and looks at. */
export interface DrillDeps {
  /** Failover: the fault that takes the region away. Failback: the same one, whose healing brings it back. */
  readonly fault: DrillFault;
  readonly store: StoreDriver;
  readonly route: RouteDriver & RouteHealth;
  /** The store's node in a region. */
  readonly nodeOf: (region: string) => string;
  /** All regions that get traffic when nothing is wrong. */
  readonly regions: readonly string[];
  readonly startObservers: () => Promise<Observers>;
  /** What a second, independent observer says of the recovery within the span. */
  readonly secondWitness: (span: Span) => Promise<DrillRecord['secondWitness']>;
  readonly anchor: ClockAnchor;
  /** Asks a person whether to go on. Without it, the drill decides by itself at once. */
  readonly approve?: (question: string, signal: AbortSignal) => Promise<Approval>;
}

/** A fault with its driver. */
export interface DrillFault {
  /** As in the platform's faults. */
  readonly name: string;
  readonly driver: FaultDriver;
  /** As the driver's own `parse` returned it. */
  readonly config: unknown;
}

export interface Approval {
  readonly approved: boolean;
  readonly by: string;
}

/** What a drill has come to. Its observers go on living until `dispose`. */
export interface DrillOutcome {
  readonly record: DrillRecord;
  readonly windows: readonly WindowRecord[];
  /** The moment of the fault, or of the planned start. Null when nothing was touched. Monotonic ms. */
  readonly fault: Bounds | null;
  /** Why what was measured decides nothing; the platform may be well all the same. */
  readonly observersBroke?: string;
  /** Reads the ledger again, for instance after the old primary has rejoined. */
  reread(): Promise<LedgerRecord>;
  /** Deletes what the observers have written, and ends them. */
  dispose(): Promise<void>;
}

/** The observers, and not the platform, have failed. */
export class ObserverBroke extends Error {}
