import { defineScenario } from '@ordeal/shared/scenario/scenario';

const steady = ['client errors', 'client p95'];
const broken = 'client errors while something is broken';

/** What befalls workers under systemd behind a reverse proxy, under a load that their rate limit admits. */
export default defineScenario((pace) => {
  const full = pace === 'full';
  const experiment = (during: string, recovery = during) => ({
    phase: 'experiment' as const,
    steadyFor: full ? 8 : 5,
    hold: full ? 8 : 5,
    recoverWithin: 30,
    steadyAgainFor: full ? 5 : 3,
    objectives: { steady, during: [during], recovery: [recovery, 'time to steady'] },
  });
  const restore = {
    phase: 'restore' as const,
    deadline: 120,
    targets: { rto: 3600, rpo: 90_000 },
    objectives: ['restore loses', 'restore time'],
  };
  return {
    name: 'gameday',
    title: 'Game day',
    phases: [
      {
        phase: 'smoke',
        name: 'smoke',
        title: 'Health, analytics, sessions, WebSocket, and the rate limit',
      },
      {
        phase: 'load',
        name: 'baseline',
        title: 'Baseline load, from many clients',
        rate: 30,
        warmUp: full ? 5 : 2,
        judgeFor: full ? 20 : 8,
        objectives: [
          ...steady,
          'errors at the proxy',
          'no client of the load is refused',
          'database connections',
          'memory of a worker',
          'workers are up',
          'every worker serves',
        ],
      },
      {
        ...restore,
        name: 'backup-verified',
        title: 'The daily dump is there, whole and young enough',
        backup: 'dump',
        drill: { kind: 'backup-freshness' },
        objectives: ['age of the daily dump', 'dumps on schedule'],
      },
      {
        ...restore,
        name: 'restore',
        title: 'The daily dump comes back, as by gunzip and psql',
        backup: 'dump',
        drill: { kind: 'restore', take: false },
      },
      {
        ...experiment('client errors under a killed worker'),
        name: 'worker-stopped',
        title: 'A worker is stopped in order, as by systemctl',
        fault: 'worker-stopped',
      },
      {
        ...experiment('client errors under a killed worker'),
        name: 'worker-killed',
        title: 'A worker is killed; systemd starts it again after ten seconds',
        fault: 'worker-killed',
      },
      {
        phase: 'drill',
        name: 'sockets-cut',
        title: 'A worker is killed under users who keep a socket; they come back',
        drill: { kind: 'observe', lose: 'worker-killed', from: 'a' },
        store: 'main',
        route: 'global',
        probeEvery: full ? 0.1 : 0.05,
        probeTimeout: 1,
        ledgerRate: 20,
        ledgerLead: full ? 5 : 3,
        stableFor: full ? 30 : 6,
        stableAttempts: full ? 300 : 100,
        deadline: 60,
        targets: { rto: 30, rpo: 86_400, detection: 300, failover: 300 },
        objectives: [
          'sockets cut',
          'time to reconnect',
          'RTO of a killed worker',
          'alert on a worker that is down',
          'no acknowledged write lost',
        ],
      },
      {
        ...experiment(broken),
        name: 'database-unreachable',
        hold: 8,
        title: 'The database is unreachable from half of the workers',
        fault: 'database-unreachable',
      },
      {
        ...experiment('client errors while the database starts again', broken),
        name: 'database-killed',
        title: 'The only database dies under all workers, and is started again',
        fault: 'database-killed',
      },
    ],
  };
});
