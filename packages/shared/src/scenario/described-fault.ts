import type { Ending } from '../drivers/fault.ts';

/** What a fault's driver, and the platform as it is now, say of a fault before it is injected. */
export interface DescribedFault {
  readonly text: string;
  /** What is done, in the driver's word for it, for instance `kill`; null of a driver that does one thing only. */
  readonly action: string | null;
  readonly ending: Ending;
  /** Undefined when the platform could not be asked. */
  readonly reach: Reach | undefined;
}

/** What a fault would hit, out of what. */
export interface Reach {
  /** Names of everything that it could hit, or does. */
  readonly targets: readonly string[];
  /** How many of them are hit: fewer when they are chosen by chance. */
  readonly hits: number;
  /** What they are a part of; undefined when nobody has said so. */
  readonly population: Population | undefined;
}

export interface Population {
  /** Tells it from others: faults on the same population add up. */
  readonly what: string;
  readonly count: number;
}
