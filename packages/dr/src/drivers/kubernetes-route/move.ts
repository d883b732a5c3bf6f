import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { RouteObject } from './route-object.ts';

const pauseMs = 100;

/** One switch: how its object is read, what is to be changed in it, and what shows that traffic has followed. */
export interface Move<View extends RouteObject> {
  read(): Promise<View>;
  /**
   * What the object has to say instead, and the patch, which carries the version that was read; undefined when it
   * says so already. Rejects when traffic must not go there.
   */
  change(view: View): Promise<{ readonly says: string; readonly patch: object } | undefined>;
  /** Undefined when the object has changed since it was read. */
  patch(body: object): Promise<unknown>;
  /** Why the change does not show yet; undefined once it does. */
  notShown(view: View): string | undefined;
  readonly shownWithinSeconds: number;
}

/**
 * Changes the object, and waits until the change shows. Where somebody else moves the same traffic meanwhile, it
 * rejects and leaves theirs: two writers that overwrite each other lead traffic nowhere for long.
 */
export async function moveTraffic<View extends RouteObject>(
  move: Move<View>,
  context: DriverContext,
): Promise<void> {
  const { clock, signal } = context;
  let view = await move.read();
  const before = view.says;
  let wanted = before;
  const writtenBy = clock.now() + move.shownWithinSeconds * 1000;
  for (;;) {
    const change = await move.change(view);
    wanted = change?.says ?? view.says;
    if (change === undefined || (await move.patch(change.patch)) !== undefined) break;
    if (clock.now() > writtenBy) {
      throw new Error(
        `${view.name} was not changed: somebody else has written it each time between reading and writing for ` +
          `${move.shownWithinSeconds} s, the last of them ${view.writer}, as far as it names them. Traffic was left where ` +
          'it is: find out who writes it all the time, then switch again',
      );
    }
    await clock.sleep(pauseMs, signal);
    view = await move.read();
    // A controller that reports its status changes the version too, but not what the object says.
    if (view.says !== before) throw conflict(view, `it said ${before} when it was read`);
  }
  const deadline = clock.now() + move.shownWithinSeconds * 1000;
  for (;;) {
    view = await move.read();
    if (view.says !== wanted) throw conflict(view, `it was changed to ${wanted}`);
    const reason = move.notShown(view);
    if (reason === undefined) return;
    if (clock.now() > deadline) {
      throw new Error(`${view.name} says ${wanted}, but after ${move.shownWithinSeconds} s ${reason}`);
    }
    await clock.sleep(pauseMs, signal);
  }
}

function conflict({ name, says, writer }: RouteObject, before: string): Error {
  return new Error(
    `somebody else moves the traffic of ${name}: ${before}, and now says ${says}. The last to write it, of all others, ` +
      `was ${writer}. Their change was left: keep one of the two from writing it (a deployer, a GitOps controller), ` +
      'then switch again',
  );
}
