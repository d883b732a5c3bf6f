import type { TenantLoad } from '@ordeal/shared/load/workload';
import type { Bounds } from '@ordeal/shared/time/interval';
import { arrivalsUntil, type RateOverTime } from './arrivals.ts';

/**
 * On a machine with other work k6 may begin what has come due this much later. When the end falls in between, it does
 * not begin it any more.
 */
const LATE_MS = 200;

/**
 * How many arrivals had come due in a load that ran for `ranMs`. An arrival is a whole one: of each scenario one more
 * or less fits in, by where its beats fall between the load's beginning and its end; and of the last moment nobody
 * knows what was still begun. `low` is what must have come about; `high` is the rate times the time.
 */
export function arrivalsDue(rate: RateOverTime, ranMs: number, scenarios: number): Bounds {
  const low = arrivalsUntil(rate, (ranMs - LATE_MS) / 1000) - scenarios;
  return { low: Math.max(0, low), high: arrivalsUntil(rate, ranMs / 1000) };
}

/** The scenarios that arrivals are dealt out to: one a journey with a weight, of each tenant by itself, or the script's. */
export function scenariosOf({
  journeys,
  perTenant,
  script,
}: {
  readonly journeys: readonly { readonly weight: number }[];
  readonly perTenant?: readonly Pick<TenantLoad, 'weights'>[];
  readonly script?: unknown;
}): number {
  if (perTenant !== undefined)
    return perTenant.reduce((sum, { weights }) => sum + Object.keys(weights).length, 0);
  return script === undefined ? journeys.filter(({ weight }) => weight > 0).length : 1;
}
