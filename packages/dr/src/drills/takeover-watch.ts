import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { Takeover } from '../drivers/self-recovery.ts';
import type { Course } from './course.ts';

/** Looks, from before the loss on, which node of a store that chooses its primary by itself takes writes next. */
export interface TakeoverWatch {
  /** Resolves when another one takes writes. Rejects when it cannot be looked for, and once the watch was ended. */
  readonly taken: Promise<Takeover>;
  end(): void;
}

/** Undefined where the store chooses no primary by itself. */
export function watchTakeover(
  primary: string,
  { deps }: Pick<Course, 'deps'>,
  within: DriverContext,
): TakeoverWatch | undefined {
  const { store } = deps;
  if (store.observe === undefined) return undefined;
  const ending = new AbortController();
  const signal = AbortSignal.any([within.signal, ending.signal]);
  const taken = store.observe(primary, { ...within, signal });
  // Nobody may come to wait for it.
  taken.catch(() => undefined);
  return { taken, end: () => ending.abort(new Error('the watch was ended')) };
}
