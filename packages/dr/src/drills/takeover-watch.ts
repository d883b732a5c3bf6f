import type { Takeover } from '../drivers/self-recovery.ts';
import type { Course } from './course.ts';

/** Looks, from before the loss on, which node of a store that chooses its primary by itself takes writes next. */
export interface TakeoverWatch {
  /** Who was the primary before anything was broken. */
  readonly primary: string;
  /** Resolves when another one takes writes. Rejects when it cannot be looked for, and once the watch was ended. */
  readonly taken: Promise<Takeover>;
  end(): void;
}

/** Undefined where the store chooses no primary by itself. Rejects when there is not exactly one to be lost. */
export async function watchTakeover({
  deps,
  driver,
  context,
}: Pick<Course, 'deps' | 'driver' | 'context'>): Promise<TakeoverWatch | undefined> {
  const { store } = deps;
  if (store.observe === undefined) return undefined;
  const primaries = await primariesOf({ deps, driver });
  const [primary] = primaries;
  if (primary === undefined || primaries.length > 1) {
    throw new Error(
      `expected one primary right before the fault, found ${primaries.join(' and ') || 'none'}`,
    );
  }
  const ending = new AbortController();
  const signal = AbortSignal.any([context.signal, ending.signal]);
  const taken = store.observe(primary, { ...driver, signal });
  // Nobody may come to wait for it.
  taken.catch(() => undefined);
  return { primary, taken, end: () => ending.abort(new Error('the watch was ended')) };
}

/** The nodes that say that they are the primary, by their names. */
export async function primariesOf({
  deps,
  driver,
}: Pick<Course, 'deps' | 'driver'>): Promise<readonly string[]> {
  const { nodes } = await deps.store.status(driver);
  return nodes.filter((node) => node.reachable && node.role === 'primary').map(({ name }) => name);
}
