import { labBackups } from '@ordeal/shared/platform/on-lab/backups';
import { labLedger, labProbes, labSweep } from '@ordeal/shared/platform/on-lab/clients';
import { labDeployment } from '@ordeal/shared/platform/on-lab/deployments';
import { labRoute, labStore } from '@ordeal/shared/platform/on-lab/drivers';
import {
  cacheKilled,
  databaseKilled,
  databaseUnreachable,
  nodeLost,
  replicaHung,
  replicaKilled,
} from '@ordeal/shared/platform/on-lab/faults';
import { definePlatform } from '@ordeal/shared/platform/platform';
import { objectives } from './objectives.ts';

export default definePlatform((context) => {
  const lab = context.lab('marketing-agents');
  const { a, b } = lab.regions;
  return {
    name: 'marketing-agents',
    title: 'Marketing agents: Kubernetes on spot nodes, one cache node, a database without a standby',
    environment: 'lab',
    entry: lab.entry,
    regions: ['a', 'b'],
    timeoutMs: 3000,
    headers: {},
    // It knows no tenants: the header is sent, and ignored.
    tenantHeader: 'x-tenant-id',
    tenants: [{ id: 'ordeal', allowedRegions: ['a', 'b'] }],
    health: [
      { name: 'health', url: '/health', expectStatus: 200 },
      { name: 'ready', url: '/ready', expectStatus: 200 },
      ...[...a.replicas, ...b.replicas].flatMap((replica) => [
        { name: `pod ${replica.name} ready`, url: `${replica.url}/ready`, expectStatus: 200 },
        { name: `pod ${replica.name} metrics`, url: `${replica.url}/metrics`, expectStatus: 200 },
      ]),
    ],
    journeys: {
      'plan-campaign': { file: new URL('journeys/plan-campaign.ts', import.meta.url), weight: 2 },
      'search-market': { file: new URL('journeys/search-market.ts', import.meta.url), weight: 3 },
    },
    prometheus: {
      url: lab.prometheus,
      regions: [],
      scrapeIntervalSeconds: 1,
      targets: [
        { name: 'pods', selector: 'up{job="api"}', least: 4 },
        { name: 'ingress', selector: 'up{job="haproxy"}', least: 1 },
        { name: 'PostgreSQL', selector: 'pg_up{job="postgres"}', least: 2 },
        { name: 'Redis', selector: 'redis_up{job="redis"}', least: 2 },
      ],
    },
    objectives,
    load: {
      baseline: 60,
      // Ten times as many would be more than its autoscaler may have pods for.
      spike: 9,
      objectives: ['client errors', 'client p95', 'API errors'],
    },
    faults: {
      'pod-killed': replicaKilled(lab, a, 0),
      // A liveness probe every 10 s, three times.
      'pod-hung': replicaHung(lab, a, 0, 30),
      'spot-node-lost': nodeLost(lab, a),
      // One node, which all pods share: the lab has one in each region.
      'cache-killed': cacheKilled(lab, a, b),
      'database-killed': databaseKilled(lab, a),
      'database-unreachable': databaseUnreachable(lab, a),
    },
    stores: { main: labStore(lab) },
    routes: { global: labRoute(lab) },
    backups: labBackups(lab, { begun: { from: '03:00', to: '06:00' }, keepDays: 7 }),
    deployments: { rollout: labDeployment(lab, 'rolling') },
    probes: labProbes({ path: '/api/market' }, '/api/campaigns'),
    ledger: labLedger({ path: '/api/market' }),
    sweep: labSweep('/api/runs'),
    guardrails: {
      allowFaults: ['host', 'proxy'],
      // An iteration has 1.8 requests: more than 10 pods at 100 requests a second its autoscaler may not have.
      maxRate: 555,
      maxTargets: 2,
      maxRunSeconds: 600,
      abort: { errorRatio: 0.1, consecutiveSeconds: 5, leastAttempts: 20, silentSeconds: 10 },
    },
  };
});
