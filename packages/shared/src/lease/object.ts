import type { Clock } from '../time/clock.ts';

/** Who works on a platform. */
export interface LeaseHolder {
  readonly run: string;
  /** For people: who has started it, and where. */
  readonly by: string;
  /** ISO time. */
  readonly since: string;
}

/** A lease as it is kept somewhere. */
export interface LeaseState {
  readonly holder: LeaseHolder;
  /** Wall-clock milliseconds of its holder. */
  readonly renewedAt: number;
  readonly seconds: number;
  /** Of its holder, where the place of the lease shows it. Default: out of sight. */
  readonly process?: 'alive' | 'gone' | 'out-of-sight';
  /** Tells this state of it from others. */
  readonly version: string;
}

/** One lease that several machines use. Every method rejects when its place does not answer. */
export interface LeaseObject {
  /** For people, for instance `the Lease ordeal/ordeal-shop in staging`. */
  readonly where: string;
  read(signal: AbortSignal): Promise<LeaseState | undefined>;
  /** Gives its version; undefined: there is one already. */
  create(holder: LeaseHolder, seconds: number, signal: AbortSignal): Promise<string | undefined>;
  /** Writes it anew over exactly that state. Gives the new version; undefined: it has changed, or is gone. */
  replace(
    version: string,
    holder: LeaseHolder,
    seconds: number,
    signal: AbortSignal,
  ): Promise<string | undefined>;
  /** Removes exactly that state. False: it has changed, or is gone. */
  remove(version: string, signal: AbortSignal): Promise<boolean>;
}

/**
 * Whether a lease may be taken over: its holder is seen to be gone, or cannot be seen and has not renewed it for
 * twice its time, as clocks of two machines may differ by as much as that time.
 */
export function isOver({ process, renewedAt, seconds }: LeaseState, clock: Pick<Clock, 'wall'>): boolean {
  if (process === 'alive') return false;
  // Written so that a time which is none is never taken for one that is over.
  return process === 'gone' || clock.wall() - renewedAt > 2000 * seconds;
}
