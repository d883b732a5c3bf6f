import { defineScenario } from '@ordeal/shared/scenario/scenario';

const steady = ['client errors', 'steady p95'];
const broken = 'client errors while something is broken';

/** Limits, percentiles and availability under load; a deploy, failures, and the loss of a region. */
export default defineScenario((pace) => {
  const full = pace === 'full';
  const deploy = (whole: readonly string[], result: string, within: number) => ({
    phase: 'deploy' as const,
    steadyFor: 4,
    within,
    watchFor: 3,
    afterwards: 'go-back' as const,
    objectives: { steady, whole, result: [result] },
  });
  const experiment = (during: string) => ({
    phase: 'experiment' as const,
    steadyFor: 4,
    hold: 5,
    recoverWithin: 30,
    steadyAgainFor: full ? 4 : 3,
    objectives: {
      steady,
      during: [during],
      recovery: [during, 'time to steady'],
    },
  });
  const drill = {
    phase: 'drill' as const,
    store: 'main',
    route: 'global',
    probeEvery: full ? 0.05 : 0.02,
    probeTimeout: 1,
    ledgerRate: 50,
    ledgerLead: 3,
    stableFor: full ? 10 : 6,
    stableAttempts: 300,
    // As long as is promised: what comes sooner than that is in time.
    deadline: 300,
    targets: { rto: 300, rpo: 60, detection: 60, failover: 300 },
    objectives: ['RTO', 'RPO', 'no acknowledged write lost', 'no ledger anomaly', 'no stale read'],
  };
  const restore = {
    phase: 'restore' as const,
    deadline: 300,
    targets: { rto: 300, rpo: 90_000 },
    objectives: ['age of the dump', 'restore time'],
  };
  return {
    name: 'gameday',
    title: 'Game day',
    phases: [
      { phase: 'smoke', name: 'smoke', title: 'Health checks, journeys, and the rate limit' },
      {
        phase: 'limit',
        name: 'at-once',
        title: 'A task lets in a hundred requests at once',
        limit: 'requests at once',
        objectives: ['requests at once'],
      },
      {
        phase: 'load',
        name: 'baseline',
        title: 'Baseline load, from many clients',
        rate: 70,
        warmUp: 6,
        // 99.9 % takes 2,995 requests to show. Prometheus scrapes every 5 s, and off the lab ten scrapes are asked for.
        judgeFor: full ? 50 : 34,
        objectives: [
          'availability',
          ...steady,
          'client p95',
          'server p95',
          'server errors',
          'every task is scraped',
          'every task serves',
          'database connections',
        ],
      },
      {
        ...restore,
        name: 'backup-verified',
        title: 'The newest dump is in the bucket, young enough, and comes back',
        backup: 'dump',
        drill: { kind: 'restore', take: false },
      },
      {
        ...restore,
        name: 'restore',
        title: 'A dump is made under load, and all of it comes back',
        backup: 'dump',
        drill: { kind: 'restore', take: true },
      },
      {
        // As long as it may take: what comes out sooner than that is in time.
        ...deploy(['requests lost by a deploy', 'p95 while deploying'], 'time to deploy', 300),
        name: 'deploy',
        title: 'A version is deployed, one task after another, and the one before it again',
        deployment: 'rolling',
        version: '1.1.0',
      },
      {
        ...deploy(['client errors under a bad version'], 'time to roll back', 120),
        name: 'bad-deploy',
        title: 'A version that fails a quarter of its requests is deployed, and has to be taken back',
        deployment: 'rolling',
        version: '1.1.0-errors',
      },
      {
        // It gets no traffic: that it is there at all has to cost nobody anything.
        ...deploy(['requests lost by a deploy', 'p95 while deploying'], 'time to roll back', 120),
        name: 'never-ready',
        title: 'A version that never becomes ready is deployed, and has to be taken back',
        deployment: 'rolling',
        version: '1.1.0-never-ready',
      },
      { ...experiment(broken), name: 'task-killed', title: 'A task is killed', fault: 'task-killed' },
      {
        ...experiment(broken),
        name: 'task-hung',
        title: 'A task hangs, and answers nobody: its liveness probe has to find it',
        fault: 'task-hung',
      },
      {
        ...experiment(broken),
        name: 'database-unreachable',
        hold: 8,
        title: 'The database is unreachable from half of the tasks',
        fault: 'database-unreachable',
      },
      {
        ...drill,
        name: 'region-lost',
        title: 'Region A is lost; region B takes over',
        drill: { kind: 'failover', lose: 'region-a-lost', from: 'a', to: 'b' },
      },
      {
        ...drill,
        name: 'failback',
        title: 'Region A rejoins and becomes primary again',
        drill: { kind: 'failback', restore: 'region-a-lost', from: 'b', to: 'a' },
      },
    ],
  };
});
