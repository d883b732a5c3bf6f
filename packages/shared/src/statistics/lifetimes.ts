/** A sample of a signal: milliseconds (of any one clock), and the value. */
export type Sample = readonly [at: number, value: number];

/** What one process showed, from its start to its end or to the end of the measurement. */
export interface Lifetime {
  readonly samples: readonly Sample[];
}

/** Start times that differ by less are one start, told twice (they are often rounded to seconds). */
const SAME_START_MS = 500;

/**
 * Splits a series wherever the process behind it is another one. `startedAt` gives the start of the process at a
 * sample (milliseconds), by its own account; where that is not known the process is taken to be the one before.
 * Samples must come in order of time.
 */
export function lifetimesOf(
  samples: readonly Sample[],
  startedAt: (at: number) => number | undefined = () => undefined,
): readonly Lifetime[] {
  const lifetimes: Sample[][] = [];
  let start: number | undefined;
  for (const sample of samples) {
    const now = startedAt(sample[0]);
    const another = now !== undefined && start !== undefined && Math.abs(now - start) > SAME_START_MS;
    if (now !== undefined) start = now;
    if (another || lifetimes.length === 0) lifetimes.push([]);
    lifetimes.at(-1)?.push(sample);
  }
  return lifetimes.map((list) => ({ samples: list }));
}
