import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { Course } from './course.ts';
import { primariesIn } from './primaries.ts';

/** A store that nothing is wrong with. */
export interface StoreAtRest {
  readonly primary: string;
  /** The other nodes that answer, by their names. */
  readonly others: readonly string[];
}

/** Rejects when there is not exactly one primary. */
export async function storeAtRest(deps: Course['deps'], within: DriverContext): Promise<StoreAtRest> {
  const { nodes } = await deps.store.status(within);
  const primaries = primariesIn({ nodes }).map(({ name }) => name);
  const [primary] = primaries;
  if (primary === undefined || primaries.length > 1) {
    throw new Error(`expected exactly one primary, found ${primaries.join(' and ') || 'none'}`);
  }
  const answering = nodes.filter((node) => node.reachable).map(({ name }) => name);
  return { primary, others: answering.filter((name) => name !== primary) };
}

/** Not where it cannot be asked: what does not answer is lost. */
export async function isPrimary(deps: Course['deps'], within: DriverContext, name: string): Promise<boolean> {
  try {
    return primariesIn(await deps.store.status(within)).some((node) => node.name === name);
  } catch {
    within.signal.throwIfAborted();
    return false;
  }
}
