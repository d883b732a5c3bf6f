import type { FaultDriver, OneShot, Witness } from '@ordeal/shared/drivers/fault';
import type { ClientStream } from '@ordeal/shared/load/client-interval';
import type { SteadyState } from '@ordeal/shared/objectives/steady';
import type { AbortCondition, FaultEntry } from '@ordeal/shared/platform/platform';
import type { ClockAnchor } from '@ordeal/shared/time/clock';

/** A fault driver with whatever optional abilities it has. */
export type AbleFaultDriver = FaultDriver & Partial<Witness<unknown> & OneShot<unknown>>;

/** What an experiment works with. */
export interface ExperimentDeps {
  readonly driver: AbleFaultDriver;
  /** As the driver has parsed it. */
  readonly config: unknown;
  readonly entry: FaultEntry;
  /** The client's measurements of the workload that runs. */
  readonly stream: ClientStream;
  readonly steady: SteadyState;
  readonly abort: AbortCondition;
  readonly anchor: ClockAnchor;
  /** Why the generator has ended although nobody asked it to; undefined while it runs. */
  readonly generatorEnded: () => string | undefined;
}
