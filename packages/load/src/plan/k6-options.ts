import type { Workload } from '@ordeal/shared/load/workload';
import { SCENARIO, TENANT } from '../k6/meter-names.ts';
import { arrivalScenarios, type ArrivalScenario } from '../shapes/executor.ts';
import { tenantScenario } from './tenant-scenario.ts';

/** Names of what the generated script exports. */
export const CONTROL = 'ordealControl';
export function journeyFunction(index: number): string {
  return `journey${index}`;
}

/** In whose name each of k6's scenarios is done, of a workload that tells tenants apart. */
export function tenantsOfScenarios({
  journeys,
  perTenant = [],
}: Pick<Workload, 'journeys' | 'perTenant'>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    perTenant.flatMap(({ tenant }) =>
      journeys.map((_, index) => [tenantScenario(index, tenant), tenant] as const),
    ),
  );
}

/** What k6 is asked to do, and with how many virtual users for the journeys together. */
export interface LoadPlan {
  readonly options: Readonly<Record<string, unknown>>;
  readonly virtualUsers: number;
  /** The same of each tenant, of a workload that tells them apart. */
  readonly tenantUsers?: Readonly<Record<string, number>>;
}

/** How many virtual users each tenant's scenarios have; nothing where none is of a tenant. */
export function tenantUsersOf(
  scenarios: readonly { readonly maxVUs?: number; readonly tags?: Readonly<Record<string, string>> }[],
): Pick<LoadPlan, 'tenantUsers'> {
  const users: Record<string, number> = {};
  for (const { maxVUs = 0, tags } of scenarios) {
    const tenant = tags?.[TENANT];
    if (tenant !== undefined) users[tenant] = (users[tenant] ?? 0) + maxVUs;
  }
  return Object.keys(users).length === 0 ? {} : { tenantUsers: users };
}

/** One scenario a journey at its share of the arrival rate, and one that waits for the word to end. */
export function planLoad(workload: Workload): LoadPlan {
  const { rate, rates, atMostSeconds, timeoutMs } = workload;
  const { script } = workload;
  const own = script?.scenarios === 'own';
  const scenarios: Record<string, unknown> = { ordeal_control: controlScenario(own, atMostSeconds) };
  const legs = rates ?? [{ seconds: atMostSeconds, from: rate, to: rate }];
  const weights = script === undefined ? workload.journeys.map((journey) => journey.weight) : [1];
  let users = 0;
  const add = (scenario: ArrivalScenario, index: number, name: string, more = {}): void => {
    users += scenario.maxVUs;
    scenarios[name] = {
      ...scenario,
      ...more,
      exec: journeyFunction(index),
      gracefulStop: `${timeoutMs + 1000}ms`,
    };
  };
  const { perTenant } = workload;
  if (own) {
    // The script has scenarios of its own.
  } else if (perTenant === undefined) {
    for (const [index, scenario] of arrivalScenarios(legs, weights, timeoutMs).entries()) {
      if (scenario !== undefined) add(scenario, index, `journey_${index}`);
    }
  } else {
    for (const one of perTenant) {
      const constant = [{ seconds: atMostSeconds, from: one.rate, to: one.rate }];
      const shares = workload.journeys.map(({ name }) => one.weights[name] ?? 0);
      for (const [index, scenario] of arrivalScenarios(constant, shares, timeoutMs).entries()) {
        const more = { tags: { [TENANT]: one.tenant } };
        if (scenario !== undefined) add(scenario, index, tenantScenario(index, one.tenant), more);
      }
    }
  }
  return {
    virtualUsers: users,
    ...tenantUsersOf(Object.values(scenarios) as Parameters<typeof tenantUsersOf>[0]),
    options: {
      scenarios,
      ...(script?.scenarios === 'own' ? { rps: Math.floor(script.ceiling) } : {}),
      // Without `scenario`, which costs a series for each, where it need not tell whose the ticks are that were dropped.
      systemTags: ['name', 'expected_response', ...(perTenant === undefined ? [] : [SCENARIO])],
      discardResponseBodies: false,
      setupTimeout: '10s',
      teardownTimeout: '10s',
    },
  };
}

/** Asks again and again, or, beside scenarios that end by themselves, once until they have. */
function controlScenario(own: boolean, atMostSeconds: number): Readonly<Record<string, unknown>> {
  const duration = `${atMostSeconds}s`;
  const common = { exec: CONTROL, vus: 1, gracefulStop: '0s' };
  return own
    ? { ...common, executor: 'shared-iterations', iterations: 1, maxDuration: duration }
    : { ...common, executor: 'constant-vus', duration };
}
