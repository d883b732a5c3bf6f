import { driverContext } from '@ordeal/dr/drills/course';
import { whyNotBegin } from '@ordeal/dr/drills/may-begin';
import { lookAtPlace } from '@ordeal/dr/restore/place';
import { reasonOf } from '@ordeal/shared/reason-of';
import { restoresSomething } from '@ordeal/shared/scenario/restore-phase';
import { drillDeps } from './phases/drill-deps.ts';
import type { Session } from './session.ts';

/** The store, the route and the backups are asked for no longer. */
const WITHIN_MS = 60_000;

/**
 * Why the drill that this run begins with may not begin, each with what to do. Only what comes first is asked: a drill
 * behind something else finds the platform as that has left it, and asks for itself. Undefined when nothing was asked,
 * or nobody answered: nothing is known then.
 */
export async function whyFirstMayNot(session: Session): Promise<readonly string[] | undefined> {
  const first = session.scenario.phases.find(({ phase }) => phase !== 'load');
  const { context, loaded } = session;
  const driver = driverContext(context, AbortSignal.any([context.signal, AbortSignal.timeout(WITHIN_MS)]));
  try {
    if (first?.phase === 'drill') {
      const asked = { phase: first, deps: drillDeps(first, session) };
      return (await whyNotBegin(asked, driver)).map((reason) => `${first.name}: ${reason}`);
    }
    if (first?.phase === 'restore' && restoresSomething(first)) {
      const { reasons } = await lookAtPlace(loaded.drivers.backup(first.backup), driver);
      return reasons.map((reason) => `${first.name}: ${reason}`);
    }
    return undefined;
  } catch (error) {
    context.signal.throwIfAborted();
    // It asks once more when it begins, and goes no further than that without an answer.
    context.journal.append({
      type: 'note',
      message: `whether ${first?.name ?? 'it'} may begin cannot be told yet: ${reasonOf(error)}`,
    });
    return undefined;
  }
}
