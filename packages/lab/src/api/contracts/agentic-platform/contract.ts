import { usualAlerts, usualEdge, usualMetrics, type Contract } from '../contract.ts';

export const agenticPlatform: Contract = {
  platform: 'agentic-platform',
  health: { live: '/health/live', ready: '/health/ready' },
  metrics: usualMetrics,
  alerts: { ...usualAlerts, refusalsPerSecond: 1 },
  promisedP95Ms: 200,
  edge: usualEdge,
  restartDelayMs: 50,
  mostOfTenant: 2,
  keepsDumpsDays: 30,
  schema: '',
};
