import type { Workload } from '@ordeal/shared/load/workload';
import { splitRate } from './arrival-rates.ts';
import { virtualUsers } from './virtual-users.ts';

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

/** One scenario a journey at a constant arrival rate, and one that waits for the word to end. */
export function planLoad(workload: Workload): LoadPlan {
  const rates = splitRate(
    workload.rate,
    workload.journeys.map((journey) => journey.weight),
  );
  const duration = `${workload.atMostSeconds}s`;
  const scenarios: Record<string, unknown> = {
    ordeal_control: { executor: 'constant-vus', exec: CONTROL, vus: 1, duration, gracefulStop: '0s' },
  };
  let users = 0;
  for (const [index, rate] of rates.entries()) {
    if (rate.iterations === 0) continue;
    const vus = virtualUsers(rate, workload.timeoutMs);
    users += vus;
    scenarios[`journey_${index}`] = {
      executor: 'constant-arrival-rate',
      exec: journeyFunction(index),
      rate: rate.iterations,
      timeUnit: `${rate.perSeconds}s`,
      duration,
      // A tick without a free virtual user is lost even while another one is being made.
      preAllocatedVUs: vus,
      maxVUs: vus,
      gracefulStop: `${workload.timeoutMs + 1000}ms`,
    };
  }
  return {
    virtualUsers: users,
    options: {
      scenarios,
      // Without `scenario`, so that the counters' last values can be pushed from outside of it.
      systemTags: ['name', 'expected_response'],
      discardResponseBodies: false,
      setupTimeout: '10s',
      teardownTimeout: '10s',
    },
  };
}
