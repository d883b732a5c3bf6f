import type { JourneyContext } from '@ordeal/shared/journey/journey';
import type { Iteration } from './iteration.ts';

/**
 * The contexts of journeys whose `await`s were taken out of the script: each call returns its value itself. A promise
 * costs k6 about as much as a tenth of a request, and a new object is not cheap either: such a journey keeps nothing
 * of its context, so that one serves all iterations of a virtual user.
 */
export function createPlainContext(
  run: string,
  iteration: Iteration,
): (id: string, tenant: string) => JourneyContext {
  const { request, check, think, data, secret, cookie } = iteration;
  const context = { run, id: '', tenant: '', request, check, think, data, secret, cookie };
  return (id, tenant) => {
    context.id = id;
    context.tenant = tenant;
    return context as unknown as JourneyContext;
  };
}

/** The context of a journey that kept its `await`s: each call returns a promise, as in Node. */
export function awaitedContext(
  { run, id, tenant }: Pick<JourneyContext, 'run' | 'id' | 'tenant'>,
  iteration: Iteration,
): JourneyContext {
  return {
    run,
    id,
    tenant,
    request: async (name, step) => iteration.request(name, step),
    check: async (name, held) => iteration.check(name, held),
    think: async (seconds) => iteration.think(seconds),
    socket: (name, request) => iteration.socket(name, request),
    data: <Row>(name: string) => iteration.data(name) as Row,
    secret: (name) => iteration.secret(name),
    cookie: (name) => iteration.cookie(name),
  };
}
