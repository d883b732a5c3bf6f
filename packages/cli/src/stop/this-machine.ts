import { fileStop } from '@ordeal/shared/stop/file';
import type { StopSource } from '@ordeal/shared/stop/source';
import type { Clock } from '@ordeal/shared/time/clock';
import { leaseFolder } from '../run/lease-folder.ts';
import { activeHolders, type Holder } from '../run/lease.ts';

/** This machine, as whoever orders a stop sees it. */
export interface ThisMachine {
  readonly stop: StopSource;
  /** Runs that are under way here, of all users; undefined where they cannot be seen. */
  holders(): readonly Holder[] | undefined;
}

/** Where runs cannot agree on a place no stop is ordered here, and why is said; other places are none the worse for it. */
export function thisMachine(clock: Clock): ThisMachine {
  try {
    const folder = leaseFolder();
    return { stop: fileStop(folder), holders: () => activeHolders(folder, clock) };
  } catch (error) {
    const none = (): Promise<never> => Promise.reject(error);
    return {
      stop: { where: 'a file of this machine', whenUnknown: 'hold', read: none, order: none, clear: none },
      holders: () => undefined,
    };
  }
}
