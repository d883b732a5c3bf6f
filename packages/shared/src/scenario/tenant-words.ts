import type { TenantLoad } from '../load/workload.ts';

/** What a tenant sends, in words: `60/s of tenant globex (cost-report × 1)`. */
export function tenantWords({ tenant, rate, weights }: TenantLoad): string {
  const journeys = Object.entries(weights).map(([name, weight]) => `${name} × ${weight}`);
  return `${rate}/s of tenant ${tenant} (${journeys.join(', ')})`;
}
