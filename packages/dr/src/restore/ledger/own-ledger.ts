import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import { exactly } from '@ordeal/shared/time/interval';
import type { OwnLedger, RestoreCourse } from '../course.ts';

/** Writes a second: enough to tell that some are missing, too few to be felt. */
export const OWN_LEDGER_RATE = 20;
/** So long it writes before the backup is begun, and after it is complete. */
const beforeMs = 1500;
const afterMs = 500;
const startsWithinMs = 15_000;

/** Has the platform's ledger write while a backup is taken, where it can be found in what that brings back. */
export async function whileLedgerWrites<T>(
  course: RestoreCourse,
  context: DriverContext,
  take: () => Promise<T>,
): Promise<T> {
  const { deps } = course;
  if (!deps.ledgerPlace.known || deps.startLedger === undefined) return await take();
  const own = await deps.startLedger();
  course.own = own;
  await hasBegun(own, context);
  const taken = await take();
  await context.clock.sleep(afterMs, context.signal);
  await own.observers.stopWriting();
  course.ownLedger = own.before;
  try {
    await own.observers.readBack(exactly(context.clock.now()), course.phase.targets.rpo);
  } catch (error) {
    context.signal.throwIfAborted();
    // A ledger that was not read back decides nothing, and is found not to when it is needed.
    context.say(`the ledger of ${own.before.of} could not be read back: ${reasonOf(error)}`);
  }
  return taken;
}

async function hasBegun({ observers }: OwnLedger, { clock, signal }: DriverContext): Promise<void> {
  const begun = clock.now();
  for (;;) {
    const health = observers.healthy();
    if (!health.ok) throw new Error(health.reason);
    const { first, acknowledged } = observers.ledger();
    const now = clock.now();
    if (first !== null && now - first >= beforeMs) return;
    if (now - begun > startsWithinMs) {
      throw new Error(
        `expected acknowledged writes of the ledger for ${beforeMs / 1000} s, found ${acknowledged} in ` +
          `${startsWithinMs / 1000} s: the platform does not take them`,
      );
    }
    await clock.sleep(50, signal);
  }
}
