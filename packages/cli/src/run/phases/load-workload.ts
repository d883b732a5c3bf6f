import type { TenantLoad, Workload, WorkloadScript } from '@ordeal/shared/load/workload';
import type { Objective } from '@ordeal/shared/objectives/objective';
import type { Platform } from '@ordeal/shared/platform/platform';
import { isShaped } from '@ordeal/shared/scenario/load-windows';
import type { LoadPhase } from '@ordeal/shared/scenario/scenario';

/** What every workload on a platform has, whatever its rate. */
export function workloadFor(
  phase: LoadPhase,
  platform: Platform,
): Omit<Workload, 'rate' | 'rates' | 'atMostSeconds'> {
  const { name } = phase;
  const script = scriptOf(phase);
  const limits = Object.values(platform.objectives).flatMap(({ signal, limit }) => {
    if (signal.from !== 'client') return [];
    if (signal.measure === 'latency') return [limit];
    return signal.measure === 'latency-share' ? [signal.underMs] : [];
  });
  const checks = Object.values(platform.objectives).flatMap(({ signal }) =>
    signal.measure === 'failed-checks' ? signal.checks : [],
  );
  return {
    name,
    ...(script === undefined ? {} : { script }),
    journeys: Object.entries(platform.journeys)
      .filter(([, { weight }]) => weight > 0)
      .map(([journey, entry]) => ({ name: journey, ...entry })),
    entry: platform.entry,
    headers: platform.headers,
    timeoutMs: platform.timeoutMs,
    tenantHeader: platform.tenantHeader,
    tenants: platform.tenants.filter(({ takesTurns }) => takesTurns !== false).map(({ id }) => id),
    limitsMs: [...new Set(limits)],
    ...(checks.length === 0 ? {} : { checks: [...new Set(checks)] }),
    ...(platform.secrets === undefined ? {} : { secrets: platform.secrets }),
  };
}

/** A load of several tenants has the journeys that any of them does. */
export function perTenantOf(
  perTenant: readonly TenantLoad[],
  platform: Platform,
): Pick<Workload, 'perTenant' | 'journeys'> {
  const done = new Set(perTenant.flatMap(({ weights }) => Object.keys(weights)));
  return {
    perTenant,
    journeys: Object.entries(platform.journeys)
      .filter(([name]) => done.has(name))
      .map(([name, entry]) => ({ name, ...entry })),
  };
}

function scriptOf(phase: LoadPhase): WorkloadScript | undefined {
  const { script: file } = phase;
  if (file === undefined) return undefined;
  return isShaped(phase) && phase.shape.kind === 'script'
    ? { file, scenarios: 'own', ceiling: phase.shape.ceiling }
    : { file, scenarios: 'workload' };
}

/** Of the named objectives those that the client tells in time, and that must hold: what steady is. */
export function steadyOf(platform: Platform, names: readonly string[]): Readonly<Record<string, Objective>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const objective = platform.objectives[name];
      const says = objective?.signal.from === 'client' && objective.severity !== 'should';
      return says ? [[name, objective]] : [];
    }),
  );
}
