import { labBackups } from '@ordeal/shared/platform/on-lab/backups';
import { labLedger, labProbes, labSweep } from '@ordeal/shared/platform/on-lab/clients';
import { labDeployment } from '@ordeal/shared/platform/on-lab/deployments';
import { labRoute, labStore } from '@ordeal/shared/platform/on-lab/drivers';
import {
  databaseUnreachable,
  regionLost,
  replicaHung,
  replicaKilled,
} from '@ordeal/shared/platform/on-lab/faults';
import { oneReplica } from '@ordeal/shared/platform/on-lab/limits';
import { definePlatform } from '@ordeal/shared/platform/platform';
import { objectives } from './objectives.ts';

/** A client may send 100 requests in a minute: the load comes from so many of them (TEST-NET-2, RFC 5737). */
const clients = Array.from({ length: 254 }, (_, index) => `198.51.100.${index + 1}`);
/** Each attempt of an observer is another client's. */
const anyClient = { 'x-forwarded-for': '{{id}}' };

export default definePlatform((context) => {
  const lab = context.lab('arklex');
  const { a, b } = lab.regions;
  return {
    name: 'arklex',
    title: 'Arklex: a container service behind a load balancer',
    environment: 'lab',
    entry: lab.entry,
    regions: ['a', 'b'],
    timeoutMs: 30_000,
    headers: {},
    // Whom the rate limit counts. It knows no tenants.
    tenantHeader: 'x-forwarded-for',
    tenants: clients.map((id) => ({ id, allowedRegions: ['a', 'b'] })),
    health: [
      { name: 'health', url: '/health', expectStatus: 200 },
      { name: 'ready', url: '/ready', expectStatus: 200 },
      ...[...a.replicas, ...b.replicas].map((replica) => ({
        name: `task ${replica.name} ready`,
        url: `${replica.url}/ready`,
        expectStatus: 200,
      })),
    ],
    journeys: {
      chat: { file: new URL('journeys/chat.ts', import.meta.url), weight: 2 },
      'search-knowledge': { file: new URL('journeys/search-knowledge.ts', import.meta.url), weight: 3 },
      'rate-limit': { file: new URL('journeys/rate-limit.ts', import.meta.url), weight: 0 },
    },
    prometheus: {
      url: lab.prometheus,
      regions: [],
      scrapeIntervalSeconds: 5,
      targets: [
        { name: 'tasks', selector: 'up{job="arklex"}', least: 4 },
        { name: 'load balancer', selector: 'up{job="haproxy"}', least: 1 },
        { name: 'PostgreSQL', selector: 'pg_up{job="postgres"}', least: 2 },
      ],
    },
    objectives,
    load: {
      baseline: 70,
      // More than that its rate limits would refuse.
      spike: 2,
      objectives: ['client errors', 'client p95', 'server errors', 'server p95'],
    },
    faults: {
      'task-killed': replicaKilled(lab, a, 0),
      // A liveness probe every 10 s; three failures are what Kubernetes asks for where nothing is said.
      'task-hung': replicaHung(lab, a, 0, 30),
      'database-unreachable': databaseUnreachable(lab, a),
      'region-a-lost': regionLost(a),
    },
    stores: { main: labStore(lab) },
    routes: { global: labRoute(lab) },
    backups: labBackups(lab),
    deployments: { rolling: labDeployment(lab, 'rolling') },
    limits: {
      'requests of a client': {
        kind: 'rate',
        // One task: it counts with the others of its region, and each region counts for itself.
        at: oneReplica(a),
        requests: 100,
        windowSeconds: 60,
        window: 'sliding',
        ask: { method: 'GET', path: '/api/chat', headers: anyClient },
      },
      // As clients meet it: through the load balancer, behind which several count.
      'requests of a client at the entry': {
        kind: 'rate',
        requests: 100,
        windowSeconds: 60,
        window: 'sliding',
        ask: { method: 'GET', path: '/api/chat', headers: anyClient },
      },
      'requests at once': {
        kind: 'concurrency',
        // What bounds them is a setting of each task.
        at: oneReplica(a),
        requests: 100,
        ask: {
          method: 'POST',
          path: '/api/chat',
          headers: anyClient,
          json: { message: 'regional failover', run: '{{run}}' },
        },
        answeredWith: 201,
      },
    },
    probes: labProbes({ path: '/api/knowledge', headers: anyClient }, '/api/chat'),
    ledger: labLedger({ path: '/api/knowledge', headers: anyClient }),
    sweep: labSweep('/api/runs'),
    guardrails: {
      allowFaults: ['host', 'proxy'],
      // 254 clients may send 423 requests a second, and an iteration has two.
      maxRate: 200,
      maxTargets: 2,
      maxRunSeconds: 600,
      abort: { errorRatio: 0.1, consecutiveSeconds: 5, leastAttempts: 20, silentSeconds: 10 },
    },
  };
});
