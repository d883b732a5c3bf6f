import type { FaultDriver, Loses, OneShot } from '@ordeal/shared/drivers/fault';
import type { Platform } from '@ordeal/shared/platform/platform';
import type { RouteDriver } from '@ordeal/shared/drivers/route';
import type { StoreDriver } from '@ordeal/shared/drivers/store';
import type {
  ApprovalRecord,
  BackupBehindRecord,
  DrillRecord,
  LedgerRecord,
  WindowRecord,
} from '@ordeal/shared/record/record';
import type { ClockAnchor } from '@ordeal/shared/time/clock';
import type { Bounds, Span } from '@ordeal/shared/time/interval';
import type { ChangingRoles } from '../drivers/changing-roles.ts';
import type { FenceProof } from '../drivers/fence-proof.ts';
import type { RejoinProof } from '../drivers/rejoin-proof.ts';
import type { HandOver } from '../drivers/hand-over.ts';
import type { Leased } from '../drivers/leased.ts';
import type { RouteCaching } from '../drivers/route-caching.ts';
import type { RouteDetection } from '../drivers/route-detection.ts';
import type { RouteHealth } from '../drivers/route-health.ts';
import type { RouteReach } from '../drivers/route-reach.ts';
import type { RouteWayBack } from '../drivers/route-way-back.ts';
import type { SelfRecovery } from '../drivers/self-recovery.ts';
import type { SwitchProof } from '../drivers/switch-proof.ts';
import type { Observers } from '../observers/observers.ts';
import type { WriteAnswer, WriteCheck } from '../split-brain/answer.ts';

/** What a drill moves, breaks and looks at. */
export interface DrillDeps {
  /**
   * Failover and observe: the fault that takes the region away. Failback: the same one, whose healing brings it
   * back. A planned move has none.
   */
  readonly fault?: DrillFault;
  readonly store: StoreDriver &
    Partial<WriteCheck & SelfRecovery & HandOver & Leased & FenceProof & RejoinProof & ChangingRoles>;
  readonly route: RouteDriver &
    RouteHealth &
    Partial<RouteCaching & RouteDetection & RouteReach & RouteWayBack & SwitchProof>;
  /** The store's node in a region. */
  readonly nodeOf: (region: string) => string;
  /** All of the store's nodes: each is asked whether it takes writes. */
  readonly nodes: readonly string[];
  /** All regions that get traffic when nothing is wrong. */
  readonly regions: readonly string[];
  /** Of the platform: in the lab a shorter time may be called recovered. */
  readonly environment: Platform['environment'];
  readonly startObservers: () => Promise<Observers>;
  /** What a second, independent observer says of the recovery within the span. */
  readonly secondWitness: (span: Span) => Promise<DrillRecord['secondWitness']>;
  readonly anchor: ClockAnchor;
  /** More reasons not to begin, for instance another identity. Each says what to do. */
  readonly refusals?: () => Promise<readonly string[]>;
  /** Which backup there is to fall back on, where it needs one. Without one that it needs it does not begin. */
  readonly backup?: () => Promise<BackupBehindRecord>;
  /** The run is ended after so many seconds, whatever it waits for then. */
  readonly mostRunSeconds: number;
  /** Asks a person whether to go on. Without it, the drill decides by itself at once, and says so. */
  readonly approve?: Approve;
  /** Asks a person before each step. */
  readonly beforeStep?: Approve;
  /** Gets every node's answer to whether it takes writes, for the evidence. */
  readonly onWriteAnswer?: (answer: WriteAnswer) => void;
}

/** A fault with its driver. */
export interface DrillFault {
  /** As in the platform's faults. */
  readonly name: string;
  readonly driver: FaultDriver & Partial<Loses<unknown> & OneShot<unknown>>;
  /** As the driver's own `parse` returned it. */
  readonly config: unknown;
  /** Of the platform's entry; what is healed of a failover is always taken for the old primary. */
  readonly revives?: 'nothing' | 'old-primary';
}

/** Puts a question to a person, and waits for the answer as long as the signal lets it. */
export type Approve = (question: string, signal: AbortSignal) => Promise<Approval>;

export interface Approval extends Pick<ApprovalRecord, 'approved' | 'by'> {
  /** By which way it came. Default: the terminal. */
  readonly how?: ApprovalRecord['how'];
  readonly why?: string;
}

/** What a drill has come to. Its observers go on living until `dispose`. */
export interface DrillOutcome {
  readonly record: DrillRecord;
  readonly windows: readonly WindowRecord[];
  /** The moment of the fault, or of the planned start. Null when it ended before that. Monotonic ms. */
  readonly fault: Bounds | null;
  /** A planned move has come to its end: a primary, a standby that follows it, and traffic everywhere. */
  readonly settled: boolean;
  /** Why it was not begun; empty when it was. Each says what to do. */
  readonly refused: readonly string[];
  /** Why what was measured decides nothing; the platform may be well all the same. */
  readonly observersBroke?: string;
  /** Reads the ledger again, for instance after the old primary has rejoined. */
  reread(): Promise<LedgerRecord>;
  /** Deletes what the observers have written, and ends them. */
  dispose(): Promise<void>;
}

/** The observers, and not the platform, have failed. */
export class ObserverBroke extends Error {}

/** Why a drill was not begun. Nothing was touched. */
export class DrillRefused extends Error {
  readonly reasons: readonly string[];
  constructor(reasons: readonly string[]) {
    super(reasons.join('; '));
    this.reasons = reasons;
  }
}
