import { labBackups } from '@ordeal/shared/platform/on-lab/backups';
import { labLedger, labProbes, labSweep } from '@ordeal/shared/platform/on-lab/clients';
import { labRoute, labStore } from '@ordeal/shared/platform/on-lab/drivers';
import {
  databaseKilled,
  databaseUnreachable,
  replicaKilled,
  replicaStopped,
} from '@ordeal/shared/platform/on-lab/faults';
import { oneReplica } from '@ordeal/shared/platform/on-lab/limits';
import { definePlatform } from '@ordeal/shared/platform/platform';
import { objectives } from './objectives.ts';

/** systemd's RestartSec=10: no worker is back sooner. */
const RESTART_SECONDS = 10;
/** A client may send 100 requests in a minute: the load comes from so many of them (TEST-NET-2, RFC 5737). */
const clients = Array.from({ length: 254 }, (_, index) => `198.51.100.${index + 1}`);
/** Each attempt of an observer is another client's. */
const anyClient = { 'x-forwarded-for': '{{id}}' };

export default definePlatform((context) => {
  const lab = context.lab('research-assistant');
  const { a, b } = lab.regions;
  return {
    name: 'research-assistant',
    title: 'Research assistant: virtual machines, systemd, nginx',
    environment: 'lab',
    entry: lab.entry,
    regions: ['a', 'b'],
    timeoutMs: 5000,
    headers: {},
    // Whom the rate limit counts. It knows no tenants.
    tenantHeader: 'x-forwarded-for',
    tenants: clients.map((id) => ({ id, allowedRegions: ['a', 'b'] })),
    health: [
      { name: 'health', url: '/api/health', expectStatus: 200 },
      ...[...a.replicas, ...b.replicas].map((replica) => ({
        name: `worker ${replica.name} health`,
        url: `${replica.url}/api/health`,
        expectStatus: 200,
      })),
    ],
    journeys: {
      research: { file: new URL('journeys/research.ts', import.meta.url), weight: 2 },
      analytics: { file: new URL('journeys/analytics.ts', import.meta.url), weight: 2 },
      'live-research': { file: new URL('journeys/live-research.ts', import.meta.url), weight: 1 },
      'all-analytics': { file: new URL('journeys/all-analytics.ts', import.meta.url), weight: 0 },
      'rate-limit': { file: new URL('journeys/rate-limit.ts', import.meta.url), weight: 0 },
    },
    prometheus: {
      url: lab.prometheus,
      regions: [],
      scrapeIntervalSeconds: 1,
      targets: [
        { name: 'workers', selector: 'up{job="api"}', least: 4 },
        { name: 'reverse proxy', selector: 'up{job="haproxy"}', least: 1 },
        { name: 'PostgreSQL', selector: 'pg_up{job="postgres"}', least: 2 },
      ],
    },
    objectives,
    load: {
      baseline: 30,
      // More than that its rate limits would refuse.
      spike: 2,
      objectives: ['client errors', 'client p95', 'errors at the proxy'],
    },
    faults: {
      'worker-killed': replicaKilled(lab, a, 0, RESTART_SECONDS),
      'worker-stopped': replicaStopped(lab, a, 1),
      'database-unreachable': databaseUnreachable(lab, a),
      'database-killed': databaseKilled(lab, a),
    },
    stores: { main: labStore(lab) },
    routes: { global: labRoute(lab) },
    backups: labBackups(lab, { begun: { from: '02:00', to: '02:10' }, keepDays: 30 }),
    limits: {
      'requests of a client': {
        kind: 'rate',
        // One worker: each counts for itself.
        at: oneReplica(a),
        requests: 100,
        windowSeconds: 60,
        window: 'fixed',
        ask: { method: 'GET', path: '/api/analytics/usage', headers: anyClient },
      },
      // As clients meet it: through the load balancer, behind which several count.
      'requests of a client at the entry': {
        kind: 'rate',
        requests: 100,
        windowSeconds: 60,
        window: 'fixed',
        ask: { method: 'GET', path: '/api/analytics/usage', headers: anyClient },
      },
    },
    probes: [
      ...labProbes({ path: '/api/papers', headers: anyClient }, '/api/analytics/usage'),
      {
        kind: 'sessions',
        name: 'sockets',
        connection: 'pooled',
        // So many that some are at any worker; at either pace, as each has to have answered when its turn comes again.
        sessions: 22,
        login: {
          method: 'POST',
          path: '/api/auth/login',
          headers: anyClient,
          json: { user: '{{id}}', run: '{{run}}' },
        },
        path: '/ws',
        send: '{"query":"regional failover"}',
        expect: '"result"',
      },
    ],
    ledger: labLedger({ path: '/api/papers', headers: anyClient }),
    sweep: labSweep('/api/runs'),
    guardrails: {
      allowFaults: ['host', 'proxy'],
      // 254 clients may send 423 requests a second, and an iteration has up to five.
      maxRate: 80,
      maxTargets: 2,
      maxRunSeconds: 600,
      abort: { errorRatio: 0.1, consecutiveSeconds: 5, leastAttempts: 20, silentSeconds: 10 },
    },
  };
});
