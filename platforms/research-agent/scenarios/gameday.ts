import { defineScenario } from '@ordeal/shared/scenario/scenario';

const steady = ['client errors', 'client p95'];
const RTO = 3600;
const RPO = 900;
/** A day, and an hour for the next one to be made. */
const BACKUP_AGE = 90_000;

/** The whole of it: a deploy's gate, the alerts' thresholds under load, failures, and the backup region. */
export default defineScenario((pace) => {
  const full = pace === 'full';
  const experiment = {
    phase: 'experiment' as const,
    steadyFor: full ? 8 : 4,
    hold: full ? 8 : 5,
    recoverWithin: 20,
    steadyAgainFor: full ? 5 : 3,
  };
  const broken = 'client errors while something is broken';
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
    deadline: 90,
    targets: { rto: RTO, rpo: RPO, detection: 60, failover: RTO },
    objectives: ['RTO', 'RPO', 'no acknowledged write lost', 'no ledger anomaly', 'no stale read'],
  };
  const restore = {
    phase: 'restore' as const,
    deadline: 120,
    targets: { rto: RTO, rpo: RPO },
    objectives: ['restore time'],
  };
  return {
    name: 'gameday',
    title: 'Game day',
    phases: [
      { phase: 'smoke', name: 'smoke', title: 'Health checks and critical user flows' },
      {
        phase: 'load',
        name: 'baseline',
        title: 'Baseline load, against the thresholds of the alerts',
        rate: 60,
        warmUp: full ? 5 : 2,
        judgeFor: full ? 20 : 8,
        objectives: [
          ...steady,
          'API errors',
          'API p95',
          'API memory',
          'API processor',
          'database connections used',
          'replicas are up',
          'replication lag',
          'databases tell their lag',
          'alerts without a cause',
        ],
      },
      {
        ...restore,
        name: 'backup-verified',
        title: 'The daily backup is there, young enough, and comes back',
        backup: 'dump',
        drill: { kind: 'restore', take: false },
        targets: { rto: RTO, rpo: BACKUP_AGE },
        objectives: ['age of the daily backup', 'dumps on schedule', 'restore time'],
      },
      {
        ...restore,
        name: 'restore',
        title: 'A full backup comes back with everything since',
        backup: 'database',
        drill: { kind: 'restore', take: true },
      },
      {
        ...restore,
        name: 'point-in-time',
        title: 'The database as it was at one moment',
        backup: 'database',
        drill: { kind: 'point-in-time', markFor: full ? 5 : 2 },
        objectives: ['restore time', 'point-in-time error'],
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
        ...experiment,
        name: 'replica-killed',
        title: 'One API replica is killed',
        fault: 'replica-killed',
        objectives: { steady, during: [broken], recovery: [broken, 'time to steady'] },
      },
      {
        ...experiment,
        name: 'database-unreachable',
        hold: 8,
        title: 'The database is unreachable from region A',
        fault: 'database-unreachable-from-a',
        objectives: { steady, during: [broken], recovery: [broken, 'time to steady'] },
      },
      {
        ...drill,
        name: 'region-lost',
        title: 'Region A is lost; traffic goes to the backup region, whose replica is promoted',
        drill: { kind: 'failover', lose: 'region-a-lost', from: 'a', to: 'b' },
        objectives: [
          ...drill.objectives,
          'detection',
          'alert on a lost region',
          'alert on a high error rate',
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
