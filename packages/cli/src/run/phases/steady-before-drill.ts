import type { Objective } from '@ordeal/shared/objectives/objective';

/**
 * Of the named objectives those that say, under whatever load there is, whether clients are well: what is of one tenant
 * only a load can tell that tells tenants apart, and checks of journeys only one that runs these.
 */
export function steadyBeforeDrill(
  objectives: Readonly<Record<string, Objective>>,
  names: ReadonlySet<string>,
): Readonly<Record<string, Objective>> {
  return Object.fromEntries(
    Object.entries(objectives).filter(
      ([name, { signal, severity }]) =>
        names.has(name) &&
        signal.from === 'client' &&
        signal.tenant === undefined &&
        signal.measure !== 'failed-checks' &&
        severity !== 'should',
    ),
  );
}
