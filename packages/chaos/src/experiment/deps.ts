import type {
  FaultDriver,
  Guarded,
  Loses,
  Measure,
  Measures,
  OneShot,
  Pins,
  Unattended,
  Witness,
} from '@ordeal/shared/drivers/fault';
import type { ClientStream } from '@ordeal/shared/load/client-interval';
import type { SteadyState } from '@ordeal/shared/objectives/steady';
import type { AbortCondition, FaultEntry, Platform } from '@ordeal/shared/platform/platform';
import type { Reaching } from '@ordeal/shared/scenario/guardrails/reach';
import type { ClockAnchor } from '@ordeal/shared/time/clock';

/** A fault driver with whatever optional abilities it has. */
export type AbleFaultDriver = FaultDriver &
  Partial<
    Witness<unknown> &
      Measures<unknown> &
      OneShot<unknown> &
      Pins<unknown> &
      Unattended<unknown> &
      Guarded<unknown> &
      Loses<unknown>
  >;

/** A measure that can be read. */
export interface Gauge extends Measure {
  /** So seldom its value is made anew (ms): a reading may be as old. Default: it is of the moment. */
  readonly renewedEveryMs?: number;
  /** Its value now. Rejects when that cannot be told. */
  readonly read: (signal: AbortSignal) => Promise<number>;
}

/** One of the platform's faults, with what injects it. */
export interface ExperimentFault {
  /** As the platform names it. */
  readonly name: string;
  readonly driver: AbleFaultDriver;
  /** As the driver has parsed it. */
  readonly config: unknown;
  readonly entry: FaultEntry;
  /** What else it has to move, beside clients and what its driver measures at the target. */
  readonly gauges?: readonly Gauge[];
}

/** What an experiment works with. */
export interface ExperimentDeps {
  /** In the order of their injection, which is the phase's. */
  readonly faults: readonly ExperimentFault[];
  /** Of the platform: in production nothing is injected that nobody would end if this machine died. */
  readonly environment?: Platform['environment'];
  /**
   * Why what would be hit may not be, by the targets as they are right before the injection: when the run was
   * planned, the platform may not have told them. In sentences.
   */
  readonly refuseReach?: (faults: readonly Reaching[]) => readonly string[];
  /** The client's measurements of the workload that runs. */
  readonly stream: ClientStream;
  readonly steady: SteadyState;
  readonly abort: AbortCondition;
  readonly anchor: ClockAnchor;
  /** Why the generator has ended although nobody asked it to; undefined while it runs. */
  readonly generatorEnded: () => string | undefined;
}
