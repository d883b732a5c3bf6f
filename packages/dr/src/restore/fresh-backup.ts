import type { BackupDriver, PointInTime } from '@ordeal/shared/drivers/backup';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';

/** Why there is no backup to fall back on that is fresh enough; undefined when there is one. */
export async function backupRefusal(
  wanted: { readonly backup: string; readonly within: number },
  driver: BackupDriver & Partial<PointInTime>,
  context: DriverContext,
): Promise<string | undefined> {
  const { backup, within } = wanted;
  try {
    const copy = await driver.latest(context);
    if (copy === undefined)
      return `there is no backup at all in ${backup}: take one first (ordeal drill restore)`;
    const reach = (await driver.newest?.(copy, context)) ?? copy.instant;
    const age = (context.clock.wall() - reach.low) / 1000;
    if (age <= within) return undefined;
    return `the newest backup in ${backup} (${copy.id}) is ${age.toFixed(0)} s old, at most ${within} s are allowed: take one first, and see why none was taken`;
  } catch (error) {
    context.signal.throwIfAborted();
    return `whether ${backup} has a fresh backup cannot be told: ${reasonOf(error)}`;
  }
}
