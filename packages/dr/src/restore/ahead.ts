/** Seconds by which the clock of whoever takes backups may be ahead of this one. What is dated further ahead has no age. */
export const mostAheadSeconds = 60;

/**
 * Why the age of what holds no earlier moment than `low` cannot be told; undefined when it can. Both are wall-clock
 * milliseconds, `low` by the clock of whoever took it and `now` by this machine's.
 */
export function whyAgeless(low: number, now: number): string | undefined {
  const ahead = (low - now) / 1000;
  if (ahead <= mostAheadSeconds) return undefined;
  return (
    `it is dated ${new Date(low).toISOString()}, ${ahead.toFixed(0)} s ahead of this machine's clock ` +
    `(${new Date(now).toISOString()}; clocks may differ by ${mostAheadSeconds} s), so nobody can tell how old it is: ` +
    "look at the clock of the machine that takes the backups, and at this one's"
  );
}
