import type { BackupDriver, PointInTime } from '@ordeal/shared/drivers/backup';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { BackupBehindRecord } from '@ordeal/shared/record/record';
import type { WantedBackup } from '@ordeal/shared/scenario/fresh-backup';
import { whyAgeless } from './ahead.ts';

type Age = { readonly fresh: string } | { readonly refusal: string };

/** Looks whether there is the backup that is wanted, in the record's words. */
export async function backupBehind(
  wanted: WantedBackup,
  driverOf: (name: string) => BackupDriver & Partial<PointInTime>,
  context: DriverContext,
): Promise<BackupBehindRecord> {
  if (wanted.how === 'none') return { outcome: 'not asked for', detail: wanted.why };
  const ages = await Promise.all(
    wanted.of.map((name) => ageOf(name, driverOf(name), wanted.within, context)),
  );
  const fresh = ages.flatMap((one) => ('fresh' in one ? [one.fresh] : []));
  const refusals = ages.flatMap((one) => ('refusal' in one ? [one.refusal] : []));
  return fresh.length > 0
    ? { outcome: 'fresh', detail: fresh.join('; ') }
    : {
        outcome: 'not fresh',
        detail:
          `${refusals.join('; ')}. Where it may begin all the same, say so in the scenario: ` +
          '`freshBackup: { without: why }`',
      };
}

async function ageOf(
  backup: string,
  driver: BackupDriver & Partial<PointInTime>,
  within: number,
  context: DriverContext,
): Promise<Age> {
  try {
    const copy = await driver.latest(context);
    if (copy === undefined) {
      return { refusal: `there is no backup at all in ${backup}: take one first (ordeal drill restore)` };
    }
    const reach = (await driver.newest?.(copy, context)) ?? copy.instant;
    const now = context.clock.wall();
    const ageless = whyAgeless(reach.low, now);
    if (ageless !== undefined)
      return {
        refusal: `whether the newest backup in ${backup} (${copy.id}) is fresh cannot be told: ${ageless}`,
      };
    const age = Math.max(0, now - reach.low) / 1000;
    const is = `the newest backup in ${backup} (${copy.id}) is ${age.toFixed(0)} s old, at most ${within} s are allowed`;
    return age <= within ? { fresh: is } : { refusal: `${is}: take one first, and see why none was taken` };
  } catch (error) {
    context.signal.throwIfAborted();
    return { refusal: `whether ${backup} has a fresh backup cannot be told: ${reasonOf(error)}` };
  }
}
