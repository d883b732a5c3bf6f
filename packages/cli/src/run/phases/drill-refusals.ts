import { identityRefusals } from '@ordeal/dr/drills/identity';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { backupBehind } from '@ordeal/dr/restore/fresh-backup';
import type { BackupBehindRecord } from '@ordeal/shared/record/record';
import { faultOf } from '@ordeal/shared/scenario/drill-parts';
import { wantedBackup } from '@ordeal/shared/scenario/fresh-backup';
import type { DrillPhase } from '@ordeal/shared/scenario/scenario';
import type { Session } from '../session.ts';

const withinMs = 30_000;

/** Why a drill may not begin, beside the state of its store and its route. Each says what to do. */
export async function drillRefusals(phase: DrillPhase, session: Session): Promise<readonly string[]> {
  const { loaded } = session;
  const pinned = loaded.platform.identity?.databases?.[phase.store];
  const status = await loaded.drivers.store(phase.store).driver.status(driverContext(session));
  return identityRefusals(phase.store, pinned, status);
}

/** Which backup there is to fall back on, where a drill needs one. */
export async function backupFor(phase: DrillPhase, session: Session): Promise<BackupBehindRecord> {
  const { platform, drivers } = session.loaded;
  const fault = faultOf(phase.drill)?.fault;
  const revives = (fault === undefined ? undefined : platform.faults[fault]?.revives) ?? 'old-primary';
  const wanted = wantedBackup(phase, Object.keys(platform.backups ?? {}), revives);
  return await backupBehind(wanted, (name) => drivers.backup(name).driver, driverContext(session));
}

function driverContext({ context }: Session): DriverContext {
  return {
    clock: context.clock,
    signal: AbortSignal.any([context.signal, AbortSignal.timeout(withinMs)]),
    say: (message) => void context.journal.append({ type: 'note', message }),
  };
}
