import { defineScenario } from '@ordeal/shared/scenario/scenario';

const steady = ['client errors', 'client p95'];

/** "8.2 Deployment Process": a canary that is well goes out, and one that is not is taken back. */
export default defineScenario((pace) => {
  const full = pace === 'full';
  const deploy = {
    phase: 'deploy' as const,
    deployment: 'canary',
    steadyFor: full ? 8 : 4,
    within: 180,
    watchFor: full ? 8 : 4,
    afterwards: 'go-back' as const,
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
        ...deploy,
        name: 'canary',
        title: 'A canary goes out, and the version before it comes back',
        version: '1.1.0',
        objectives: { steady, whole: steady, result: ['time to deploy', 'time to return'] },
      },
      {
        ...deploy,
        name: 'bad-canary',
        title: 'A canary that fails a quarter of its requests has to be taken back',
        version: '1.1.0-errors',
        objectives: { steady, whole: ['client errors under a bad version'], result: ['time to roll back'] },
      },
    ],
  };
});
