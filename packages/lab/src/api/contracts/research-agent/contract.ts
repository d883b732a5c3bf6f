import { workSchema } from '../../routes/work.ts';
import { usualEdge, usualMetrics, type Contract } from '../contract.ts';

/** Its document names no endpoints and no metrics: these are the usual ones. */
export const researchAgent: Contract = {
  platform: 'research-agent',
  health: { live: '/health', ready: '/ready' },
  metrics: usualMetrics,
  // 4.3 Alerting System: error rate over 1 %, failed health checks, p95 over 2 s, utilization over 80 %
  alerts: { errorRatio: 0.01, failedChecksForSeconds: 1, p95Seconds: 2, connections: 0.8 },
  promisedP95Ms: 2_000,
  edge: usualEdge,
  // The two seconds are the lab's: its document names no TTL.
  name: { zone: 'research-agent.test', name: 'app.research-agent.test', ttlSeconds: 2 },
  restartDelayMs: 50,
  schema: workSchema,
};
