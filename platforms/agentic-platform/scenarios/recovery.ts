import { defineScenario } from '@ordeal/shared/scenario/scenario';

const apart = 'tenants see nothing of each other';

/** A day, and an hour for the next one to be made. */
const DUMP_AGE = 90_000;

/** Recovery from every side: backups that are restored and read, planned moves, a loss, and what heals by itself. */
export default defineScenario((pace) => {
  const full = pace === 'full';
  const drill = {
    phase: 'drill' as const,
    store: 'main',
    route: 'global',
    probeEvery: full ? 0.1 : 0.04,
    probeTimeout: 1,
    ledgerRate: 50,
    ledgerLead: full ? 8 : 2,
    stableFor: full ? 30 : 6,
    // With the short pace as many as the time holds.
    stableAttempts: full ? 300 : 150,
    // As long as the failover may take: later would be too late, sooner might still be in time.
    deadline: 120,
    freshBackup: { backup: 'dump', within: DUMP_AGE },
    targets: { rto: 120, rpo: 900, detection: 30, failover: 120 },
    objectives: [
      'RTO',
      'RPO',
      'no acknowledged write lost',
      'no ledger anomaly',
      'no stale read',
      'one writer at a time',
      apart,
    ],
  };
  const restore = {
    phase: 'restore' as const,
    deadline: 120,
    targets: { rto: 3600, rpo: 900 },
    objectives: ['restore time'],
  };
  return {
    name: 'recovery',
    title: 'Recovery',
    phases: [
      {
        phase: 'load',
        name: 'baseline',
        title: 'Baseline load',
        // So much that 5 s of it are enough to tell whether the platform is steady before a drill.
        rate: 75,
        warmUp: full ? 5 : 2,
        judgeFor: full ? 20 : 6,
        objectives: ['client errors'],
      },
      {
        ...restore,
        name: 'backup-freshness',
        title: 'The nightly dump is there, whole and young enough',
        backup: 'dump',
        drill: { kind: 'backup-freshness' },
        targets: { rto: 3600, rpo: DUMP_AGE },
        objectives: ['age of the nightly dump', 'dumps on schedule'],
      },
      {
        ...restore,
        name: 'restore',
        title: 'A base backup comes back with everything since',
        backup: 'database',
        drill: { kind: 'restore', take: true },
      },
      {
        ...restore,
        name: 'restore-dump',
        title: 'The nightly dump comes back',
        backup: 'dump',
        drill: { kind: 'restore', take: false },
        targets: { rto: 3600, rpo: DUMP_AGE },
        objectives: ['age of the nightly dump', 'restore time'],
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
        ...drill,
        name: 'switchover',
        title: 'The primary moves to region B as planned',
        drill: { kind: 'switchover', from: 'a', to: 'b' },
      },
      {
        ...drill,
        name: 'switchover-back',
        title: 'The primary moves to region A as planned',
        drill: { kind: 'switchover', from: 'b', to: 'a' },
      },
      {
        ...drill,
        name: 'region',
        title: 'Region A is evacuated for a while',
        drill: { kind: 'region', from: 'a', to: 'b' },
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
      {
        ...drill,
        name: 'replica-recovers',
        title: 'An API replica is killed, and the platform recovers by itself',
        drill: { kind: 'observe', lose: 'replica-killed', from: 'a' },
        objectives: [
          'RTO',
          'no acknowledged write lost',
          'no ledger anomaly',
          'no stale read',
          'one writer at a time',
          apart,
        ],
      },
    ],
  };
});
