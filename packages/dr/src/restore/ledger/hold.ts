import type { BackupCheck } from '@ordeal/shared/drivers/backup';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { Bounds } from '@ordeal/shared/time/interval';
import type { RestoreCourse } from '../course.ts';
import { againstLedger, type LedgerBefore } from './against-ledger.ts';
import { restoredUpTo } from './moment-restored.ts';
import { readAttempted, type Attempted } from './read-attempted.ts';
import { readRestored } from './read-restored.ts';

/** What holding it against the run's ledgers has come to. */
export interface LedgerChecks {
  readonly checks: readonly BackupCheck[];
  /** Why a ledger decides nothing although it should; the backup may be well all the same. */
  readonly broke?: string;
}

/** Holds what was restored against every ledger of the run. Without any that applies it says why. */
export async function holdAgainstLedgers(
  course: RestoreCourse,
  context: DriverContext,
): Promise<LedgerChecks> {
  const { restored, deps, ownLedger } = course;
  if (restored === undefined) throw new Error('nothing was restored');
  const { ledgerPlace: place } = deps;
  if (!place.known) return { checks: [notHeld(place.why)] };
  const ledgers = [...deps.ledgersBefore(), ...(ownLedger === undefined ? [] : [ownLedger])];
  if (ledgers.length === 0) return { checks: [notHeld('no ledger was written before it in this run')] };
  const upTo = await restoredUpTo(course, restored.instant, context);
  const checks: BackupCheck[] = [];
  const broke: string[] = [];
  for (const ledger of ledgers) {
    const attempted = await readAttempted(ledger.source).catch((error: unknown) => reasonOf(error));
    if (typeof attempted === 'string') {
      const detail = `the ledger of ${ledger.of} decides nothing: ${attempted}`;
      broke.push(detail);
      checks.push({ name: checkName(ledger), outcome: 'not-run', detail });
    } else checks.push(await holdOne(restored.url, place.sql, ledger, attempted, upTo, context));
  }
  return { checks, ...(broke.length === 0 ? {} : { broke: broke.join('; ') }) };
}

async function holdOne(
  url: string,
  sql: string,
  ledger: LedgerBefore,
  attempted: Attempted,
  upTo: Bounds,
  context: DriverContext,
): Promise<BackupCheck> {
  const { collection } = ledger;
  const name = checkName(ledger);
  try {
    const held = await readRestored(
      url,
      { sql, collection },
      (pages) => againstLedger(ledger, attempted, pages, upTo),
      context,
    );
    return { name, ...held };
  } catch (error) {
    context.signal.throwIfAborted();
    const detail =
      `what the restored server has of it could not be read: ${reasonOf(error)}. Where the ledger is not in this ` +
      'backup at all, say so: `restore.ledger: { elsewhere: why }`';
    return { name, outcome: 'broken', detail };
  }
}

function checkName({ of }: LedgerBefore): string {
  return `ledger of ${of}`;
}

function notHeld(detail: string): BackupCheck {
  return { name: 'ledger', outcome: 'not-run', detail };
}
