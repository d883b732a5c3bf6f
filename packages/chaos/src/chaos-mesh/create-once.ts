import type { CallOptions } from './cluster.ts';
import { nameOf, type ChaosMeshClient } from './client.ts';
import { ApiError, isFailure, mayPass } from './failure.ts';
import { INJECTION } from './labels.ts';
import type { ChaosMeshKind, Order } from './manifest.ts';
import { pauseAfter, type Persistence } from './persist.ts';
import type { ChaosMeshKinds } from './types/kinds.ts';

/** There is an object of this name, and somebody else, or an earlier attempt, has created it. */
export class AlreadyThere extends Error {}

/**
 * Creates an object exactly once, through lost answers, restarts and overload. The name is our own, so the server
 * itself keeps a second one out; and what is found under it is ours if it carries this attempt's id.
 */
export async function createOnce<Kind extends ChaosMeshKind>(
  client: ChaosMeshClient,
  order: Order<Kind>,
  { clock, signal, until }: Persistence,
): Promise<ChaosMeshKinds[Kind]> {
  const options: CallOptions = signal === undefined ? {} : { signal };
  for (;;) {
    try {
      return await client.create(order, options);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!mayPass(error.failure) && error.failure.is !== 'already-exists') throw error;
      const found = await look(client, order, options);
      if (found?.metadata.annotations?.[INJECTION] === order.injection) return found;
      if (found !== undefined) {
        throw new AlreadyThere(`There is a ${nameOf(order)} already, which this run did not create.`, {
          cause: error,
        });
      }
      // Neither sure that it is there nor that it is not: the same name makes another attempt safe.
      const pause = pauseAfter(error);
      if (clock.now() + pause > until) throw error;
      await clock.sleep(pause, signal);
    }
  }
}

/** What stands under the name; undefined when there is nothing, or it cannot be told now. */
async function look<Kind extends ChaosMeshKind>(
  client: ChaosMeshClient,
  order: Order<Kind>,
  options: CallOptions,
): Promise<ChaosMeshKinds[Kind] | undefined> {
  try {
    return await client.get(order, options);
  } catch (error) {
    if (isFailure(error, 'not-found')) return undefined;
    if (error instanceof ApiError && mayPass(error.failure)) return undefined;
    throw error;
  }
}
