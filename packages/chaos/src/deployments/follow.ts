import type { DeploymentDriver } from '@ordeal/shared/drivers/deployment';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { ClientStream } from '@ordeal/shared/load/client-interval';
import type { AbortCondition } from '@ordeal/shared/platform/platform';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { DeployPhase } from '@ordeal/shared/scenario/deploy-phase';
import { abortNeeded } from '../experiment/abort.ts';
import { courseFrom, withLook, type Course } from './course.ts';

/** Looks are not free to the platform, and tell seconds. */
const LOOK_EVERY_MS = 500;
/** Nobody hurries back to a version that has not been seen to leave: so long a deployment may take to be seen. */
const NOT_MOVED_MS = 30_000;

export type Followed = { readonly course: Course } & (
  | { readonly how: 'out' | 'taken-back' }
  | { readonly how: 'unfinished' | 'aborted' | 'blind'; readonly because: string }
);

export interface Following {
  readonly phase: Pick<DeployPhase, 'version' | 'within' | 'watchFor'>;
  readonly driver: DeploymentDriver;
  /** Which version served before. */
  readonly from: string;
  /** When the deployment was asked for (monotonic ms). */
  readonly sent: number;
  readonly stream: ClientStream;
  readonly abort: AbortCondition;
  readonly generatorEnded: () => string | undefined;
}

/** Follows a deployment that has begun, until it is out and was watched, was taken back, or must be ended. */
export async function follow(following: Following, context: DriverContext): Promise<Followed> {
  const { phase, driver, from, sent, stream, abort } = following;
  const { clock, signal } = context;
  let course = courseFrom(sent);
  let unseen = '';
  for (;;) {
    signal.throwIfAborted();
    const asked = clock.now();
    try {
      const status = await driver.status(context);
      course = withLook(course, { asked, answered: clock.now(), status }, from, phase.version);
      unseen = status.detail;
    } catch (error) {
      signal.throwIfAborted();
      unseen = reasonOf(error);
    }
    const now = clock.now();
    if (course.takenBack !== undefined) return { how: 'taken-back', course };
    if (course.out !== undefined && now >= course.out.high + phase.watchFor * 1000)
      return { how: 'out', course };
    const ended = following.generatorEnded();
    if (ended !== undefined)
      return { how: 'blind', because: `the load generator has ended: ${ended}`, course };
    const intervals = stream.between(sent, now);
    const stop = intervals.length === 0 ? undefined : abortNeeded(intervals, now, abort);
    if (stop !== undefined) {
      const silent = now - (intervals.at(-1)?.to ?? now) > abort.silentSeconds * 1000;
      return { how: silent ? 'blind' : 'aborted', because: stop.reason, course };
    }
    const until = sent + (phase.within + (course.out === undefined ? 0 : phase.watchFor)) * 1000;
    if (now >= until) return { how: 'unfinished', because: unseen, course };
    if (!course.moved && now >= sent + NOT_MOVED_MS) {
      return { how: 'unfinished', because: `nothing moves: ${unseen}`, course };
    }
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}
