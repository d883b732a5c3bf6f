import { defineScenario } from '@ordeal/shared/scenario/scenario';

const steady = ['client errors', 'client p95'];
const apart = 'tenants see nothing of each other';
/** What a tenant does that suffers from nobody; more often than usual it is looked whether it is shown to another one. */
const quiet = {
  'create-agent': 2,
  'execute-task': 2,
  'query-knowledge': 4,
  'list-resources': 2,
  'tenant-isolation': 1,
};
const drillTargets = { rto: 120, rpo: 900, detection: 30, failover: 120 };

/** The quarterly game day: everything on one timeline, under one baseline load. */
export default defineScenario((pace) => {
  const full = pace === 'full';
  const drill = {
    phase: 'drill' as const,
    store: 'main',
    route: 'global',
    probeEvery: full ? 0.1 : 0.02,
    probeTimeout: 1,
    ledgerRate: 50,
    ledgerLead: full ? 8 : 3,
    stableFor: full ? 30 : 6,
    stableAttempts: 300,
    // As long as the failover may take: later would be too late, sooner might still be in time.
    deadline: 120,
    targets: drillTargets,
    objectives: ['RTO', 'RPO', 'no acknowledged write lost', 'no ledger anomaly', 'no stale read', apart],
  };
  const experiment = {
    phase: 'experiment' as const,
    steadyFor: full ? 8 : 4,
    hold: full ? 8 : 5,
    recoverWithin: 20,
    steadyAgainFor: full ? 5 : 3,
  };
  return {
    name: 'gameday',
    title: 'Game day',
    phases: [
      { phase: 'smoke', name: 'smoke', title: 'Health endpoints and every journey once' },
      {
        phase: 'load',
        name: 'noisy-tenant',
        title: 'Tenant globex asks for several times its share beside tenant ordeal',
        tenants: {
          ordeal: {
            rate: 20,
            journeys: quiet,
          },
          globex: { rate: 60, journeys: ['cost-report'] },
        },
        warmUp: full ? 5 : 3,
        judgeFor: full ? 15 : 8,
        objectives: [
          'errors of tenant ordeal beside globex',
          'p95 of tenant ordeal beside globex',
          'tenant globex is held to its quota beside ordeal',
          'tenant globex is given its quota beside ordeal',
          'alert on a tenant over its quota',
          apart,
          'cost reports show nothing of another tenant',
        ],
      },
      {
        phase: 'load',
        name: 'failing-tenant',
        title: 'Everything that tenant globex asks for fails beside tenant ordeal',
        tenants: {
          ordeal: { rate: 20, journeys: quiet },
          globex: { rate: 20, journeys: ['failing-client'] },
        },
        warmUp: full ? 5 : 3,
        judgeFor: full ? 15 : 8,
        objectives: [
          'errors of tenant ordeal beside globex',
          'p95 of tenant ordeal beside globex',
          'tenant globex fails beside ordeal',
          apart,
        ],
      },
      {
        phase: 'load',
        name: 'baseline',
        title: 'Baseline load',
        rate: 60,
        warmUp: full ? 5 : 2,
        judgeFor: full ? 20 : 6,
        objectives: [
          ...steady,
          'client throughput',
          'API errors',
          'API p95',
          'API metrics present',
          'every replica serves',
          'alerts without a cause',
          'database connections',
          'replication lag',
          'databases tell their lag',
        ],
      },
      {
        ...experiment,
        name: 'replica-killed',
        title: 'One API replica is killed',
        fault: 'replica-killed',
        objectives: {
          steady,
          during: ['client errors under a killed replica'],
          recovery: ['client errors under a killed replica', 'time to steady'],
          whole: [apart],
        },
      },
      {
        ...experiment,
        name: 'database-unreachable',
        hold: 8,
        title: 'The database is unreachable from region A',
        fault: 'database-unreachable-from-a',
        objectives: {
          steady,
          during: ['client errors while a database is unreachable'],
          recovery: ['client errors while a database is unreachable', 'time to steady'],
          whole: [apart],
        },
      },
      {
        ...drill,
        name: 'region-lost',
        title: 'Region A is lost; region B takes over',
        drill: { kind: 'failover', lose: 'region-a-lost', from: 'a', to: 'b' },
        objectives: [
          ...drill.objectives,
          'detection',
          'failover',
          'full recovery',
          'RTO of the recovery plan',
          'alert on a lost region',
        ],
      },
      {
        ...drill,
        name: 'failback',
        title: 'Region A rejoins and becomes primary again',
        drill: { kind: 'failback', restore: 'region-a-lost', from: 'b', to: 'a' },
        objectives: [...drill.objectives, 'alerts on the region that still fire'],
      },
    ],
  };
});
