import type { DeploymentDriver } from '@ordeal/shared/drivers/deployment';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { DeployPhase } from '@ordeal/shared/scenario/deploy-phase';
import { besideAlarm, Stopped, whyStop, type Stop, type Watched } from './alarm.ts';
import { courseFrom, withLook, type Course } from './course.ts';

/** Looks are not free to the platform, and tell seconds. */
const LOOK_EVERY_MS = 500;
/** Nobody hurries back to a version that has not been seen to leave: so long a deployment may take to be seen. */
const NOT_MOVED_MS = 30_000;
/** What has been watched to its end may have to be looked at more than once until an answer comes. */
const LAST_LOOK_MS = 30_000;

export type Followed = { readonly course: Course } & (
  | { readonly how: 'out' | 'taken-back' }
  | { readonly how: 'unfinished' | 'unseen'; readonly because: string }
  /** It had to be ended before its time. */
  | Stop
);

export interface Following extends Watched {
  readonly phase: Pick<DeployPhase, 'version' | 'within' | 'watchFor'>;
  readonly driver: DeploymentDriver;
  /** Which version served before. */
  readonly from: string;
  /** When the deployment was asked for (monotonic ms). */
  readonly sent: number;
}

/** Follows a deployment that has begun, until it is out and was watched, was taken back, or must be ended. */
export async function follow(following: Following, context: DriverContext): Promise<Followed> {
  const { phase, driver, from, sent } = following;
  const { clock, signal } = context;
  const watchMs = phase.watchFor * 1000;
  let course = courseFrom(sent);
  /** When what has come out will have been watched for long enough. Stays, when it goes wrong meanwhile. */
  let watchedAt = -Infinity;
  for (;;) {
    signal.throwIfAborted();
    const asked = clock.now();
    let detail = '';
    let unseen: string | undefined;
    try {
      const status = await besideAlarm(following, context, (beside) => driver.status(beside));
      course = withLook(course, { asked, answered: clock.now(), status }, from, phase.version);
      detail = status.detail;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof Stopped) return { ...error.stop, course };
      unseen = `how it stands cannot be told: ${reasonOf(error)}`;
    }
    const now = clock.now();
    if (course.takenBack !== undefined) return { how: 'taken-back', course };
    const stop = whyStop(following, now);
    if (stop !== undefined) return { ...stop, course };
    if (course.out !== undefined) {
      watchedAt = course.out.high + watchMs;
      // By what was seen at its end, and not by what was seen last.
      if (unseen === undefined && asked >= watchedAt) return { how: 'out', course };
    }
    const latest = sent + phase.within * 1000 + watchMs + LAST_LOOK_MS;
    const until = Math.min(Math.max(sent + phase.within * 1000, watchedAt + LAST_LOOK_MS), latest);
    if (now >= until) return { ...endOf(unseen, detail), course };
    if (!course.moved && unseen === undefined && now >= sent + NOT_MOVED_MS) {
      return { how: 'unfinished', because: `nothing moves: ${detail}`, course };
    }
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

/** Of a deployment whose time is over. What nobody sees is no failure of the platform's. */
function endOf(
  unseen: string | undefined,
  detail: string,
): { readonly how: 'unfinished' | 'unseen'; readonly because: string } {
  return unseen === undefined ? { how: 'unfinished', because: detail } : { how: 'unseen', because: unseen };
}
