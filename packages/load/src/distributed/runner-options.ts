import type { RateLeg, Workload } from '@ordeal/shared/load/workload';
import { tenantUsersOf, type LoadPlan } from '../plan/k6-options.ts';

/** Virtual users that each runner has beyond its share, as the share of the few that one k6 has is next to none. */
const MORE = 4;

interface Scenario {
  readonly vus?: number;
  readonly iterations?: number;
  readonly maxVUs?: number;
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * The plan of one k6 as that of several, of which each runs one segment. Arrivals need no change: k6 deals them out to
 * the segments one by one, so that all segments together make exactly those of one k6. But
 * - of one virtual user that waits for the word to end only one runner would have any: each gets one of its own;
 * - virtual users are dealt out as well, and a runner with an arrival and none of them drops it: their number is made
 *   a multiple of the runners'.
 */
export function planRunners(plan: LoadPlan, runners: number): LoadPlan {
  const scenarios = plan.options['scenarios'] as Readonly<Record<string, Scenario>>;
  let users = 0;
  const split = Object.entries(scenarios).map(([name, scenario]): [string, Scenario] => {
    if (scenario.maxVUs === undefined) {
      return [
        name,
        {
          ...scenario,
          ...(scenario.vus === undefined ? {} : { vus: scenario.vus * runners }),
          ...(scenario.iterations === undefined ? {} : { iterations: scenario.iterations * runners }),
        },
      ];
    }
    const each = Math.ceil(scenario.maxVUs / runners) + (runners > 1 ? MORE : 0);
    users += each * runners;
    return [name, { ...scenario, maxVUs: each * runners, preAllocatedVUs: each * runners } as Scenario];
  });
  return {
    virtualUsers: users,
    ...tenantUsersOf(split.map(([, scenario]) => scenario)),
    options: { ...plan.options, scenarios: Object.fromEntries(split) },
  };
}

/** The rate of each runner: the script counts what its own k6 may have begun. */
export function rateOfEach(
  { rate, rates }: Pick<Workload, 'rate' | 'rates'>,
  runners: number,
): { readonly rate: number; readonly rates?: readonly RateLeg[] } {
  const share = (value: number): number => value / runners;
  return {
    rate: share(rate),
    ...(rates === undefined
      ? {}
      : { rates: rates.map(({ seconds, from, to }) => ({ seconds, from: share(from), to: share(to) })) }),
  };
}
