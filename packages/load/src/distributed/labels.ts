import { randomBytes } from 'node:crypto';

/** What every object carries that we create, so that leftovers are found without knowing their names. */
export const MANAGED_BY = 'app.kubernetes.io/managed-by';
export const MANAGER = 'ordeal';
/** The run that an object belongs to. */
export const RUN_LABEL = 'ordeal/run';
/** The TestRun that an object belongs to, by its name. */
export const TEST_RUN_LABEL = 'ordeal/testrun';

/** Labels of everything that belongs to one TestRun of one run. */
export function labelsOf(runId: string, testRun: string): Readonly<Record<string, string>> {
  return { [MANAGED_BY]: MANAGER, [RUN_LABEL]: labelValue(runId), [TEST_RUN_LABEL]: testRun };
}

/** A text as the value of a label may be: at most 63 characters of a small alphabet. */
export function labelValue(text: string): string {
  return text
    .replaceAll(/[^\w.-]/g, '-')
    .slice(0, 63)
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
}

/**
 * A name for a TestRun that no other one has. The operator puts up to 12 characters behind it (`-service-100`,
 * `-initializer`), and what comes out must be a host name of at most 63.
 */
export function testRunName(workload: string): string {
  const slug = workload
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 24)
    .replaceAll(/^-+|-+$/g, '');
  return ['ordeal', slug, randomBytes(4).toString('hex')].filter((part) => part !== '').join('-');
}
