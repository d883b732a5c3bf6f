import type { Sabotage } from '../sabotage.ts';

/** What a version of the API does wrong. */
export type Defect =
  /** A quarter of the requests answers 500. */
  | 'errors'
  /** Every request takes 300 ms longer. */
  | 'slow'
  /** What belongs to one tenant is shown to every other. */
  | 'mixed-tenants'
  /** It runs, and is never ready. */
  | 'never-ready';

/** Which serves when a lab has come up. */
export const FIRST_VERSION = '1.0.0';

const versions: Readonly<Record<string, Defect | undefined>> = {
  [FIRST_VERSION]: undefined,
  '1.1.0': undefined,
  '1.1.0-errors': 'errors',
  '1.1.0-slow': 'slow',
  '1.1.0-never-ready': 'never-ready',
};

const releases: Partial<Record<Sabotage, Defect>> = {
  'bad-release': 'errors',
  'slow-release': 'slow',
  'leaky-release': 'mixed-tenants',
};

/** What the lab was told that every version but the first one does wrong. */
export function releasedDefect(sabotage: readonly Sabotage[]): Defect | undefined {
  return sabotage.map((one) => releases[one]).find((defect) => defect !== undefined);
}

/** Throws an error that names those that there are. */
export function requireVersion(version: string): void {
  if (Object.hasOwn(versions, version)) return;
  throw new Error(`There is no version "${version}". There are ${Object.keys(versions).join(', ')}.`);
}

/** What a version does wrong, when `released` stands for what every version but the first one does. */
export function defectOf(version: string, released: Defect | undefined): Defect | undefined {
  return versions[version] ?? (version === FIRST_VERSION ? undefined : released);
}
