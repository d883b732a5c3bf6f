import { workSchema } from '../../routes/work.ts';
import { usualAlerts, usualBuckets, usualEdge, type Contract } from '../contract.ts';

export const arklex: Contract = {
  platform: 'arklex',
  health: { live: '/health', ready: '/ready' },
  metrics: {
    job: 'arklex',
    scrapeSeconds: 5,
    requests: 'arklex_requests_total',
    durations: 'arklex_request_duration_seconds',
    errors: 'arklex_errors_total',
    pathLabel: 'endpoint',
    buckets: usualBuckets,
  },
  alerts: usualAlerts,
  promisedP95Ms: 100,
  edge: { ...usualEdge, forwardsClient: true },
  restartDelayMs: 50,
  rateLimit: { requests: 100, windowSeconds: 60, window: 'sliding' },
  mostConcurrent: 100,
  // Its requests may take 30 s, and its pool makes them wait as long; the lab's load balancer gives up after 5 s.
  connectionWaitMs: 5_000,
  bucket: { name: 'arklex-backups', prefix: 'backups' },
  schema: workSchema,
};
