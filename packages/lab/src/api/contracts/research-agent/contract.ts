import { workSchema } from '../../routes/work.ts';
import { usualEdge, usualMetrics, type Contract } from '../contract.ts';

/** Its document names no endpoints and no metrics: these are the usual ones. */
export const researchAgent: Contract = {
  platform: 'research-agent',
  health: { live: '/health', ready: '/ready' },
  metrics: usualMetrics,
  edge: usualEdge,
  restartDelayMs: 50,
  schema: workSchema,
};
