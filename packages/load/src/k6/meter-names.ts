/** Names of the script's own metrics. k6 pushes them as `k6_<name>`, counters as `k6_<name>_total`. */
export const meterNames = {
  begun: 'ordeal_begun',
  started: 'ordeal_started',
  iterations: 'ordeal_iterations',
  iterationsFailed: 'ordeal_iterations_failed',
  iterationsThrown: 'ordeal_iterations_thrown',
  requests: 'ordeal_requests',
  failed: 'ordeal_failed',
  errors: 'ordeal_errors',
  under: 'ordeal_under',
  latency: 'ordeal_latency',
} as const;
