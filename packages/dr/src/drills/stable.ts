import { stableFloor } from '@ordeal/shared/scenario/stable-floor';
import type { Bounds } from '@ordeal/shared/time/interval';
import type { OutageQuestion } from '../outage/outage.ts';
import type { Course } from './course.ts';

/** Below this nothing is called recovered off the lab, whatever a phase asks for. */
export const floor = stableFloor;

type Asked = Pick<Course, 'phase' | 'leaseSeconds'> & { readonly deps: Pick<Course['deps'], 'environment'> };

/**
 * For how many seconds clients must be well to have recovered: as the phase wants it, off the lab 30 s at least, and at
 * least two of the store's leases: what is wrong with one shows when it has run out, and all may look well until then.
 */
export function stableSeconds({ phase, deps, leaseSeconds = 0 }: Asked): number {
  return Math.max(phase.stableFor, 2 * leaseSeconds, isLab(deps) ? 0 : floor.seconds);
}

/** How many attempts in a row must be good in that time: as the phase wants it, off the lab 300 at least. */
export function stableAttempts({ phase, deps }: Pick<Asked, 'phase' | 'deps'>): number {
  return Math.max(phase.stableAttempts, isLab(deps) ? 0 : floor.attempts);
}

/** What the streams are asked after the fault at `t0`. */
export function recoveryQuestion(asked: Asked, t0: Bounds): OutageQuestion {
  return {
    from: t0,
    stableForMs: stableSeconds(asked) * 1000,
    stableAttempts: stableAttempts(asked),
  };
}

/** The window in words, for plans, which do not know how long leases are. */
export function stableInWords({ stableFor, stableAttempts: attempts }: Course['phase']): string {
  const least =
    stableFor < floor.seconds || attempts < floor.attempts
      ? `; ${floor.seconds} s and ${floor.attempts} attempts at least, off the lab`
      : '';
  return `${stableFor} s (two of the store's leases, where these are longer) and ${attempts} attempts${least}`;
}

/** Nothing in it is kept for longer than its own short intervals, and nobody promises anything by it. */
function isLab({ environment }: Asked['deps']): boolean {
  return environment === 'lab';
}
