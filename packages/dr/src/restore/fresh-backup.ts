import type { BackupCopy, BackupDriver, PointInTime } from '@ordeal/shared/drivers/backup';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { BackupBehindRecord } from '@ordeal/shared/record/record';
import type { WantedBackup } from '@ordeal/shared/scenario/fresh-backup';
import { DeadlineExceeded, within as timed } from '@ordeal/shared/time/deadline';
import { whyAgeless } from './ahead.ts';

/** How long a copy is looked at before a drill: nobody waits for terabytes to be read. */
const LOOK_MS = 10_000;

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
    if (age > within) return { refusal: `${is}: take one first, and see why none was taken` };
    const look = await lookAt(driver, copy, context);
    return look.broken === undefined
      ? { fresh: `${is}; ${look.seen}` }
      : {
          refusal: `the newest backup in ${backup} (${copy.id}) cannot be fallen back on: ${look.broken}: take one first, and see why it is not whole`,
        };
  } catch (error) {
    context.signal.throwIfAborted();
    return { refusal: `whether ${backup} has a fresh backup cannot be told: ${reasonOf(error)}` };
  }
}

/** A job that failed, or is still writing, leaves a file as well. */
async function lookAt(
  driver: BackupDriver,
  copy: BackupCopy,
  { clock, signal, say }: DriverContext,
): Promise<{ readonly broken: string } | { readonly broken?: undefined; readonly seen: string }> {
  let checks;
  try {
    checks = await timed(clock, LOOK_MS, 'Reading it', signal, async (limited) =>
      driver.verify(copy, { clock, signal: limited, say }),
    );
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof DeadlineExceeded)) return { broken: reasonOf(error) };
    return { seen: `fresh by its date, and not read to its end within ${LOOK_MS / 1000} s` };
  }
  const broken = checks.filter(({ outcome }) => outcome === 'broken');
  if (broken.length > 0) return { broken: broken.map(({ name, detail }) => `${name}: ${detail}`).join('; ') };
  const held = checks.filter(({ outcome }) => outcome === 'held').map(({ name }) => name);
  return { seen: held.length > 0 ? held.join(', ') : 'fresh by its date: nothing can look at it' };
}
