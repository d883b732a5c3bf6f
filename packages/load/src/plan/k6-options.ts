import type { Workload } from '@ordeal/shared/load/workload';
import { arrivalScenarios } from '../shapes/executor.ts';

/** Names of what the generated script exports. */
export const CONTROL = 'ordealControl';
export function journeyFunction(index: number): string {
  return `journey${index}`;
}

/** What k6 is asked to do, and with how many virtual users for the journeys together. */
export interface LoadPlan {
  readonly options: Readonly<Record<string, unknown>>;
  readonly virtualUsers: number;
}

/** One scenario a journey at its share of the arrival rate, and one that waits for the word to end. */
export function planLoad(workload: Workload): LoadPlan {
  const { rate, rates, atMostSeconds, timeoutMs } = workload;
  const { script } = workload;
  const own = script?.scenarios === 'own';
  const scenarios: Record<string, unknown> = { ordeal_control: controlScenario(own, atMostSeconds) };
  const arrivals = own
    ? []
    : arrivalScenarios(
        rates ?? [{ seconds: atMostSeconds, from: rate, to: rate }],
        script === undefined ? workload.journeys.map((journey) => journey.weight) : [1],
        timeoutMs,
      );
  let users = 0;
  for (const [index, scenario] of arrivals.entries()) {
    if (scenario === undefined) continue;
    users += scenario.maxVUs;
    scenarios[`journey_${index}`] = {
      ...scenario,
      exec: journeyFunction(index),
      gracefulStop: `${timeoutMs + 1000}ms`,
    };
  }
  return {
    virtualUsers: users,
    options: {
      scenarios,
      ...(script?.scenarios === 'own' ? { rps: Math.floor(script.ceiling) } : {}),
      // Without `scenario`, so that the counters' last values can be pushed from outside of it.
      systemTags: ['name', 'expected_response'],
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
