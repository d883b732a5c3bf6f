/** What nothing can be proposed of, and why. */
export interface LeftOut {
  /** As a person finds it again: an operation, a metric. */
  readonly name: string;
  readonly why: string;
}

/** A line tells no more names than these. */
const MOST = 10;

/** A line for each reason. */
export function leftOutLines(ones: readonly LeftOut[]): readonly string[] {
  return Object.entries(Object.groupBy(ones, ({ why }) => why)).map(([why, group = []]) => {
    const names = group.slice(0, MOST).map(({ name }) => name);
    const more = group.length > MOST ? ` and ${group.length - MOST} more` : '';
    return `left out: ${names.join(', ')}${more}: ${why}`;
  });
}
