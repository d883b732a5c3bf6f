import { defineScenario } from '@ordeal/shared/scenario/scenario';

const steady = ['client errors', 'client p95'];
const apart = 'tenants see nothing of each other';

/** So long it takes until the load balancer's own figures have shown for long enough that a region left it; in s. */
const LOAD_BALANCER_HOLD = 8;

/** Every experiment of the deployment guide's "Chaos Engineering", one after another under one baseline load. */
export default defineScenario((pace) => {
  const full = pace === 'full';
  const experiment = (
    name: string,
    title: string,
    fault: string,
    during: readonly string[],
    hold = full ? 8 : 5,
  ) => ({
    phase: 'experiment' as const,
    name,
    title,
    fault,
    steadyFor: full ? 8 : 4,
    hold,
    recoverWithin: 30,
    steadyAgainFor: full ? 5 : 3,
    objectives: { steady, during, recovery: ['time to steady'], whole: [apart] },
  });
  return {
    name: 'chaos',
    title: 'Chaos: one experiment for each kind of failure',
    phases: [
      {
        phase: 'load',
        name: 'baseline',
        title: 'Baseline load',
        rate: 60,
        warmUp: full ? 5 : 2,
        judgeFor: full ? 10 : 6,
        objectives: steady,
      },
      experiment('replica-killed', 'Pod failure: one API replica is killed', 'replica-killed', [
        'client errors under a killed replica',
      ]),
      experiment('network-latency', 'Network latency to the database', 'database-slow-from-a', [
        'client errors on a slow network',
        'client p95 on a slow network',
      ]),
      experiment('cpu-stress', 'CPU stress', 'cpu-stress', [
        'client errors under pressure',
        'client p95 under pressure',
      ]),
      experiment('memory-pressure', 'Memory pressure', 'memory-pressure', [
        'client errors under pressure',
        'client p95 under pressure',
      ]),
      experiment(
        'database-unavailable',
        'The database is unavailable from region A',
        'database-unreachable-from-a',
        ['client errors while a database is unreachable'],
        LOAD_BALANCER_HOLD,
      ),
      experiment(
        'cache-unavailable',
        'The cache is unavailable in region A',
        'cache-unavailable-in-a',
        ['client errors without a cache'],
        LOAD_BALANCER_HOLD,
      ),
      // Shorter than the abort condition: nothing takes over here, and what is to be seen is that all of it comes back.
      {
        ...experiment(
          'region-failure',
          'Region failure: everything of region A is killed at once',
          'region-a-lost',
          ['client errors while a region is lost'],
          3,
        ),
        // Nobody can be looked at while it is lost: long enough behind it for more than one look.
        steadyAgainFor: 5,
      },
    ],
  };
});
