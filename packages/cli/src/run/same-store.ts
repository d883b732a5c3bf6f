import { isDeepStrictEqual } from 'node:util';
import type { DriverEntry } from '@ordeal/shared/platform/platform';

/** A store by its name, and the settings of all stores of the platform that it belongs to. */
export interface NamedStore {
  readonly store: string;
  readonly stores: Readonly<Record<string, DriverEntry>>;
}

/**
 * Whether two mean the very same store, by its name and its settings: platforms of one name may be two labs. One of
 * which no settings are known is the same as none.
 */
export function isSameStore(one: NamedStore, other: NamedStore): boolean {
  const [left, right] = [one, other].map(({ store, stores }) => asWritten(stores[store]));
  return one.store === other.store && left !== undefined && isDeepStrictEqual(left, right);
}

/** As a run's file has them. */
function asWritten(entry: DriverEntry | undefined): unknown {
  return entry === undefined ? undefined : JSON.parse(JSON.stringify(entry));
}
