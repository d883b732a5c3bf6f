import type { FaultEntry } from '@ordeal/shared/platform/platform';
import type { FaultStatus } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { Session } from './session.ts';

/** A fault that is in at its target, or of which that cannot be told. */
export interface FaultFound {
  readonly entry: FaultEntry;
  readonly status: Exclude<FaultStatus, { readonly state: 'absent' }>;
}

/**
 * A real look at the targets of every fault of the platform. `signalFor` gives each look its own end. Never rejects: a
 * driver that breaks does not tell, and does not keep the others from being looked at.
 */
export async function faultsPresent(
  session: Session,
  signalFor: () => AbortSignal,
): Promise<readonly FaultFound[]> {
  const { loaded, context } = session;
  const found: FaultFound[] = [];
  for (const [name, entry] of Object.entries(loaded.platform.faults)) {
    const { driver, config } = loaded.drivers.fault(name);
    const looking = { clock: context.clock, signal: signalFor(), say: () => {} };
    const status = await driver
      .status(config, looking)
      .catch((error: unknown) => ({ state: 'unknown', reason: reasonOf(error) }) as const);
    if (status.state !== 'absent') found.push({ entry, status });
  }
  return found;
}
