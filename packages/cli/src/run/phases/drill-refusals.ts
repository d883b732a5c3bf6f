import { backupRefusal } from '@ordeal/dr/restore/fresh-backup';
import { identityRefusals } from '@ordeal/dr/drills/identity';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { DrillPhase } from '@ordeal/shared/scenario/scenario';
import type { Session } from '../session.ts';

const withinMs = 30_000;

/** Why a drill may not begin, beside the state of its store and its route. Each says what to do. */
export async function drillRefusals(phase: DrillPhase, session: Session): Promise<readonly string[]> {
  const { loaded, context } = session;
  const driver: DriverContext = {
    clock: context.clock,
    signal: AbortSignal.any([context.signal, AbortSignal.timeout(withinMs)]),
    say: (message) => void context.journal.append({ type: 'note', message }),
  };
  const pinned = loaded.platform.identity?.databases?.[phase.store];
  const status = await loaded.drivers.store(phase.store).driver.status(driver);
  const { freshBackup } = phase;
  const stale =
    freshBackup === undefined
      ? undefined
      : await backupRefusal(freshBackup, loaded.drivers.backup(freshBackup.backup).driver, driver);
  return [...identityRefusals(phase.store, pinned, status), ...(stale === undefined ? [] : [stale])];
}
