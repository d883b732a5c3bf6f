import { workSchema } from '../../routes/work.ts';
import { usualAlerts, usualEdge, usualMetrics, type Contract } from '../contract.ts';

export const marketingAgents: Contract = {
  platform: 'marketing-agents',
  health: { live: '/health', ready: '/ready' },
  metrics: usualMetrics,
  alerts: usualAlerts,
  promisedP95Ms: 500,
  // Its readiness probe has failureThreshold 1.
  edge: { ...usualEdge, fall: 1 },
  restartDelayMs: 50,
  // Somewhere in its window, 03:00–06:00.
  dumpsAt: '03:40',
  schema: workSchema,
};
