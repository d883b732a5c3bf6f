import type { FaultDriver, OneShot, Pins, Unattended, Witness } from '@ordeal/shared/drivers/fault';
import type { ClientStream } from '@ordeal/shared/load/client-interval';
import type { SteadyState } from '@ordeal/shared/objectives/steady';
import type { AbortCondition, FaultEntry, Platform } from '@ordeal/shared/platform/platform';
import type { ClockAnchor } from '@ordeal/shared/time/clock';

/** A fault driver with whatever optional abilities it has. */
export type AbleFaultDriver = FaultDriver &
  Partial<Witness<unknown> & OneShot<unknown> & Pins<unknown> & Unattended<unknown>>;

/** One of the platform's faults, with what injects it. */
export interface ExperimentFault {
  readonly driver: AbleFaultDriver;
  /** As the driver has parsed it. */
  readonly config: unknown;
  readonly entry: FaultEntry;
}

/** How the faults of one experiment follow each other. */
export type FaultOrder =
  /** All at once: a region is lost with all its components. They are held, and healed, together. */
  | { readonly how: 'together' }
  /** Each is held for the phase's hold. `earlier`: whether those before are taken out first, or stay in to the end. */
  | { readonly how: 'in-sequence'; readonly earlier: 'healed' | 'kept' };

/** What an experiment works with. */
export interface ExperimentDeps extends ExperimentFault {
  /** Further faults by their names, which are injected with or after the phase's own. */
  readonly also?: readonly (ExperimentFault & { readonly name: string })[];
  /** Of several faults; together unless it says otherwise. */
  readonly order?: FaultOrder;
  /** Of the platform: in production nothing is injected that nobody would end if this machine died. */
  readonly environment?: Platform['environment'];
  /** The client's measurements of the workload that runs. */
  readonly stream: ClientStream;
  readonly steady: SteadyState;
  readonly abort: AbortCondition;
  readonly anchor: ClockAnchor;
  /** Why the generator has ended although nobody asked it to; undefined while it runs. */
  readonly generatorEnded: () => string | undefined;
}
