import type { StoreNode } from '@ordeal/shared/drivers/store';
import type { Course } from './course.ts';

/** A store that nothing is wrong with. */
export interface StoreAtRest {
  readonly primary: string;
  /** The other nodes that answer, by their names. */
  readonly others: readonly string[];
}

type Looked = Pick<Course, 'deps' | 'driver'>;

/** Rejects when there is not exactly one primary. */
export async function storeAtRest(looked: Looked): Promise<StoreAtRest> {
  const answering = await answeringIn(looked);
  const primaries = answering.filter(({ role }) => role === 'primary').map(({ name }) => name);
  const [primary] = primaries;
  if (primary === undefined || primaries.length > 1) {
    throw new Error(`expected exactly one primary, found ${primaries.join(' and ') || 'none'}`);
  }
  return { primary, others: answering.map(({ name }) => name).filter((name) => name !== primary) };
}

/** Not where it cannot be asked: what does not answer is lost. */
export async function isPrimary(course: Course, name: string): Promise<boolean> {
  try {
    return (await answeringIn(course)).some((node) => node.name === name && node.role === 'primary');
  } catch {
    course.context.signal.throwIfAborted();
    return false;
  }
}

async function answeringIn({
  deps,
  driver,
}: Looked): Promise<readonly Extract<StoreNode, { reachable: true }>[]> {
  const { nodes } = await deps.store.status(driver);
  return nodes.filter((node) => node.reachable);
}
