import type { FaultEntry } from '@ordeal/shared/platform/platform';
import type { FaultStatus } from '@ordeal/shared/drivers/fault';
import type { Session } from './session.ts';

/** A fault that is in at its target, or of which that cannot be told. */
export interface FaultFound {
  readonly entry: FaultEntry;
  readonly status: Exclude<FaultStatus, { readonly state: 'absent' }>;
}

/** A real look at the targets of every fault of the platform. `signalFor` gives each look its own end. */
export async function faultsPresent(
  session: Session,
  signalFor: () => AbortSignal,
): Promise<readonly FaultFound[]> {
  const { loaded, context } = session;
  const found: FaultFound[] = [];
  for (const [name, entry] of Object.entries(loaded.platform.faults)) {
    const { driver, config } = loaded.drivers.fault(name);
    const status = await driver.status(config, { clock: context.clock, signal: signalFor(), say: () => {} });
    if (status.state !== 'absent') found.push({ entry, status });
  }
  return found;
}
