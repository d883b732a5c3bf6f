import type { FaultEntry } from '@ordeal/shared/platform/platform';
import type { FaultStatus } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { Clock } from '@ordeal/shared/time/clock';
import { within } from '@ordeal/shared/time/deadline';
import type { LoadedPlatform } from '../load/load-platform.ts';

/** A fault that is in at its target, or of which that cannot be told. */
export interface FaultFound {
  /** As the platform names it. */
  readonly name: string;
  readonly entry: FaultEntry;
  readonly status: Exclude<FaultStatus, { readonly state: 'absent' }>;
}

/** How a look is made. */
export interface Looking {
  readonly clock: Clock;
  /** Milliseconds for all of it, however many faults there are. */
  readonly withinMs: number;
  readonly signal?: AbortSignal;
}

/**
 * A real look at the targets of every fault of the platform, at all of them at the same time. Never rejects: a driver
 * that breaks or hangs does not tell, and does not keep the others from being looked at.
 */
export async function faultsPresent(
  { platform, drivers }: Pick<LoadedPlatform, 'platform' | 'drivers'>,
  { clock, withinMs, signal }: Looking,
): Promise<readonly FaultFound[]> {
  const seen = await Promise.all(
    Object.entries(platform.faults).map(async ([name, entry]) => {
      const { driver, config } = drivers.fault(name);
      const status = await within(clock, withinMs, 'The look at its targets', signal, (ending) =>
        driver.status(config, { clock, signal: ending, say: () => {} }),
      ).catch((error: unknown) => ({ state: 'unknown', reason: reasonOf(error) }) as const);
      return { name, entry, status };
    }),
  );
  return seen.flatMap(({ status, ...fault }) => (status.state === 'absent' ? [] : [{ ...fault, status }]));
}
