import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { StoreNode } from '@ordeal/shared/drivers/store';
import type { Course } from './course.ts';

/** A store that nothing is wrong with. */
export interface StoreAtRest {
  readonly primary: string;
  /** The other nodes that answer, by their names. */
  readonly others: readonly string[];
}

/** Rejects when there is not exactly one primary. */
export async function storeAtRest(deps: Course['deps'], within: DriverContext): Promise<StoreAtRest> {
  const answering = await answeringIn(deps, within);
  const primaries = answering.filter(({ role }) => role === 'primary').map(({ name }) => name);
  const [primary] = primaries;
  if (primary === undefined || primaries.length > 1) {
    throw new Error(`expected exactly one primary, found ${primaries.join(' and ') || 'none'}`);
  }
  return { primary, others: answering.map(({ name }) => name).filter((name) => name !== primary) };
}

/** Not where it cannot be asked: what does not answer is lost. */
export async function isPrimary(deps: Course['deps'], within: DriverContext, name: string): Promise<boolean> {
  try {
    return (await answeringIn(deps, within)).some((node) => node.name === name && node.role === 'primary');
  } catch {
    within.signal.throwIfAborted();
    return false;
  }
}

async function answeringIn(
  { store }: Course['deps'],
  within: DriverContext,
): Promise<readonly Extract<StoreNode, { reachable: true }>[]> {
  const { nodes } = await store.status(within);
  return nodes.filter((node) => node.reachable);
}
