import { defineScenario } from '@ordeal/shared/scenario/scenario';

const steady = ['client errors', 'client p95'];
const onlyOne = 'client errors while the only one starts again';
const broken = 'client errors while something is broken';

/** Everything that Kubernetes and spot nodes do to it, under one load. */
export default defineScenario((pace) => {
  const full = pace === 'full';
  const experiment = (during: string, recovery = during) => ({
    phase: 'experiment' as const,
    steadyFor: full ? 8 : 4,
    hold: full ? 8 : 5,
    recoverWithin: 30,
    steadyAgainFor: full ? 5 : 3,
    objectives: {
      steady,
      during: [during],
      recovery: [recovery, 'time to steady'],
    },
  });
  const restore = {
    phase: 'restore' as const,
    deadline: 120,
    targets: { rto: 3600, rpo: 900 },
    objectives: ['restore time'],
  };
  return {
    name: 'gameday',
    title: 'Game day',
    phases: [
      { phase: 'smoke', name: 'smoke', title: 'Probes, metrics and every journey once' },
      {
        phase: 'load',
        name: 'baseline',
        title: 'Baseline load, against what the autoscaler watches',
        rate: 60,
        warmUp: full ? 5 : 2,
        judgeFor: full ? 20 : 8,
        objectives: [
          ...steady,
          'API errors',
          'every pod is scraped',
          'every pod serves',
          'memory of a pod',
          'processor of a pod',
          'requests of a pod',
          'database connections',
        ],
      },
      {
        ...restore,
        name: 'backup-verified',
        title: 'The daily backup is there, young enough, and comes back',
        backup: 'dump',
        drill: { kind: 'restore', take: false },
        targets: { rto: 3600, rpo: 100_800 },
        objectives: ['age of the daily backup', 'dumps on schedule', 'restore time'],
      },
      {
        ...restore,
        name: 'restore',
        title: 'A backup comes back with everything since, in place of a failover',
        backup: 'database',
        drill: { kind: 'restore', take: true },
      },
      {
        ...restore,
        name: 'archived-log',
        title: 'The platform archives its log by itself, soon enough',
        backup: 'database',
        drill: { kind: 'archiving' },
        objectives: ['restore loses'],
      },
      {
        phase: 'deploy',
        name: 'rollout',
        title: 'A version is rolled out, one pod more than usual at a time, and the one before it again',
        deployment: 'rollout',
        version: '1.1.0',
        steadyFor: full ? 8 : 4,
        within: 120,
        watchFor: full ? 5 : 4,
        afterwards: 'go-back',
        objectives: {
          steady,
          whole: ['requests lost by a rollout', 'p95 while rolling out'],
          result: ['time to roll out'],
        },
      },
      {
        ...experiment('client errors under a killed pod'),
        name: 'pod-killed',
        title: 'A pod is killed',
        fault: 'pod-killed',
      },
      {
        ...experiment(broken),
        name: 'pod-hung',
        title: 'A pod hangs, and answers nobody: its liveness probe has to find it',
        fault: 'pod-hung',
      },
      {
        ...experiment(broken),
        name: 'spot-node-lost',
        title: 'A spot node is taken away, with two pods on it',
        fault: 'spot-node-lost',
      },
      {
        ...experiment(onlyOne, broken),
        name: 'cache-killed',
        title: 'The only cache node dies under all pods, and comes back empty',
        fault: 'cache-killed',
      },
      {
        ...experiment(broken),
        name: 'database-unreachable',
        hold: 8,
        title: 'The database is unreachable from half of the pods',
        fault: 'database-unreachable',
      },
      {
        ...experiment(onlyOne, broken),
        name: 'database-killed',
        title: 'The only database dies under all pods, and is started again',
        fault: 'database-killed',
      },
    ],
  };
});
