/** Names of the script's own metrics. k6 pushes them as `k6_<name>`, counters as `k6_<name>_total`. */
export const meterNames = {
  begun: 'ordeal_begun',
  started: 'ordeal_started',
  iterations: 'ordeal_iterations',
  iterationsFailed: 'ordeal_iterations_failed',
  iterationsThrown: 'ordeal_iterations_thrown',
  failed: 'ordeal_failed',
  errors: 'ordeal_errors',
  checks: 'ordeal_checks',
  latency: 'ordeal_latency',
  messages: 'ordeal_messages',
} as const;

/** Label of a latency: the least of the limits (ms) that it kept, `Infinity` for none; without it, it kept them all. */
export const WITHIN = 'within';

/** Label of everything that is measured of one tenant's scenarios, where the workload tells tenants apart. */
export const TENANT = 'ordeal_tenant';

/** k6's own label of the scenario that something is of, where it is asked for. */
export const SCENARIO = 'scenario';
