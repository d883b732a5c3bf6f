import { usualEdge, usualMetrics, type Contract } from '../contract.ts';

export const agenticPlatform: Contract = {
  platform: 'agentic-platform',
  health: { live: '/health/live', ready: '/health/ready' },
  metrics: usualMetrics,
  edge: usualEdge,
  restartDelayMs: 50,
  mostOfTenant: 2,
  schema: '',
};
