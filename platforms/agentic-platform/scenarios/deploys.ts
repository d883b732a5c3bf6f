import { defineScenario } from '@ordeal/shared/scenario/scenario';

const steady = ['client errors', 'client p95'];
const apart = 'tenants see nothing of each other';

/** "Zero-Downtime Deployment": every strategy that the guide names, and versions that have to be taken back. */
export default defineScenario((pace) => {
  const full = pace === 'full';
  const deploy = {
    phase: 'deploy' as const,
    steadyFor: full ? 8 : 4,
    within: 180,
    watchFor: full ? 8 : 4,
    afterwards: 'go-back' as const,
  };
  const good = {
    ...deploy,
    version: '1.1.0',
    objectives: {
      steady,
      whole: ['requests lost by a deployment', 'client p95', apart],
      result: ['time to deploy', 'time to return'],
    },
  };
  const bad = {
    ...deploy,
    objectives: {
      steady,
      whole: ['client errors under a bad version', apart],
      result: ['time to roll back'],
    },
  };
  return {
    name: 'deploys',
    title: 'Deployments',
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
      {
        ...good,
        name: 'rolling',
        title: 'Rolling deployment: one replica after another',
        deployment: 'rolling',
      },
      {
        ...good,
        name: 'blue-green',
        title: 'Blue-green deployment: all traffic moves at once',
        deployment: 'blue-green',
      },
      { ...good, name: 'canary', title: 'Canary deployment: a small share first', deployment: 'canary' },
      {
        ...bad,
        name: 'bad-canary',
        title: 'A canary that fails a quarter of its requests',
        deployment: 'canary',
        version: '1.1.0-errors',
      },
      {
        ...bad,
        name: 'never-ready',
        title: 'A version that never becomes ready',
        deployment: 'rolling',
        version: '1.1.0-never-ready',
      },
    ],
  };
});
