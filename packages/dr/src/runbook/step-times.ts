import type { SaidTimes } from '@ordeal/shared/scenario/said-times';

/** What a step should take, and after how long it is given up. Seconds; null: as long as a person takes. */
export interface StepTimes {
  readonly target: number | null;
  readonly timeout: number | null;
}

/** The times of a step as its scenario says, and where it says nothing as is usual. */
export function timesAsSaid(usual: StepTimes, said: SaidTimes[string] | undefined): StepTimes {
  const timeout = said?.timeout ?? usual.timeout;
  const target = said?.target ?? usual.target;
  // More may be promised than is waited for.
  return { target: target === null ? null : Math.min(target, timeout ?? Infinity), timeout };
}

/** For a plan: in brackets, or nothing. */
export function timesInWords({ target, timeout }: StepTimes): string {
  const times = [
    ...(target === null ? [] : [`target ${target} s`]),
    ...(timeout === null ? [] : [`given up after ${timeout} s`]),
  ];
  return times.length === 0 ? '' : ` (${times.join(', ')})`;
}
