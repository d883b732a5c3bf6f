import { defineScenario } from '@ordeal/shared/scenario/scenario';

/** What the limits on what clients may ask really are. That of a rate is told by its window: a minute, at either pace. */
export default defineScenario(() => ({
  name: 'limits',
  title: 'Limits',
  phases: [
    {
      phase: 'limit',
      name: 'rate-limit',
      title: 'One client sends as much as it may in a minute, and again when that is over',
      limit: 'requests of a client',
      objectives: ['rate limit'],
    },
    {
      phase: 'limit',
      name: 'rate-limit-at-entry',
      title: 'The same through the load balancer, behind which several count',
      limit: 'requests of a client at the entry',
      objectives: ['rate limit at the entry'],
    },
  ],
}));
