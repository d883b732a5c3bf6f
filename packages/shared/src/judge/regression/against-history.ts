const SUFFIX = ' (against history)';

/** Name of the finding that compares an objective with earlier runs. */
export function againstHistory(objectiveName: string): string {
  return `${objectiveName}${SUFFIX}`;
}
