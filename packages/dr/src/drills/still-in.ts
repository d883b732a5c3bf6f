import { reasonOf } from '@ordeal/shared/reason-of';
import type { DriverContext, FaultStatus } from '@ordeal/shared/drivers/fault';
import { within } from '@ordeal/shared/time/deadline';
import { faultOf, type Course } from './course.ts';
import { ObserverBroke } from './drill.ts';

const LOOK_WITHIN_MS = 5_000;
/** A target that does not answer is asked again for so long: a machine may be busy. */
const ASK_FOR_MS = 15_000;
const AGAIN_AFTER_MS = 500;

/**
 * Rejects unless what was lost is lost still. When the fault has ended by itself, or somebody else has healed it (a
 * person, or the guardian of a runner that hung), clients may be well because of that, and nothing says whether the
 * platform has done anything: the drill is inconclusive. A fault that is over once it has hit is not looked for.
 */
export async function mustStillBeIn(course: Course, step: DriverContext): Promise<void> {
  const { driver, config } = faultOf(course);
  if (course.entry === undefined) return;
  mustNotBeHealed(course, course.entry.id, credit);
  if (driver.endsByItself?.(config) === true) return;
  await mustBePresent(course, step, credit);
}

/**
 * The same for a drill that is about to take over: rejects when the old primary is back, so that there is no loss to
 * recover from. Clients have no writer meanwhile, so nobody waits for an answer of the fault's targets unless that node was
 * seen to take a write behind the fault; one that is only cut off may do so.
 */
export async function mustStillBeLost(course: Course, node: string, step: DriverContext): Promise<void> {
  const { entry, writers, t0 } = course;
  const { driver, config, name } = faultOf(course);
  if (entry === undefined) return;
  mustNotBeHealed(course, entry.id, loss);
  if (writers !== undefined && !((writers.tookWriteAt(node) ?? -Infinity) > (t0?.high ?? -Infinity))) return;
  if (driver.endsByItself?.(config) === true) {
    throw inconclusive(
      `the fault ${name} is over once it has hit, and node ${node} takes writes again`,
      loss,
    );
  }
  await mustBePresent(course, step, loss);
}

const credit = 'that clients are well again may be owed to that, and says nothing of the platform';
const loss = 'nothing was lost any more when the drill would have taken over';

function mustNotBeHealed(course: Course, id: string, follows: string): void {
  if (course.context.undo.open().some((one) => one.id === id)) return;
  throw inconclusive(
    `somebody else has healed the fault ${faultOf(course).name} (undo/settled in the run's folder says who)`,
    follows,
  );
}

async function mustBePresent(course: Course, step: DriverContext, follows: string): Promise<void> {
  const { name } = faultOf(course);
  const status = await look(course, step);
  if (status.state === 'present') return;
  throw inconclusive(
    status.state === 'absent'
      ? `the fault ${name} was not in any more: its targets show nothing of it, so it has ended by itself, or somebody has healed it`
      : `whether the fault ${name} was still in cannot be told: ${status.reason}`,
    follows,
  );
}

async function look(course: Course, step: DriverContext): Promise<FaultStatus> {
  const { driver, config } = faultOf(course);
  const { clock, signal } = step;
  const until = clock.now() + ASK_FOR_MS;
  for (;;) {
    let status: FaultStatus;
    try {
      status = await within(clock, LOOK_WITHIN_MS, 'Looking at the fault', signal, (ending) =>
        driver.status(config, { ...step, signal: ending }),
      );
    } catch (error) {
      signal.throwIfAborted();
      status = { state: 'unknown', reason: reasonOf(error) };
    }
    if (status.state !== 'unknown' || clock.now() >= until) return status;
    await clock.sleep(AGAIN_AFTER_MS, signal);
  }
}

function inconclusive(what: string, follows: string): ObserverBroke {
  return new ObserverBroke(`${what}; ${follows}: drill it again, with a fault that lasts`);
}
