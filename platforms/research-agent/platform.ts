import { labBackups } from '@ordeal/shared/platform/on-lab/backups';
import { labLedger, labProbes, labSweep } from '@ordeal/shared/platform/on-lab/clients';
import { labDeployment } from '@ordeal/shared/platform/on-lab/deployments';
import { labByName, labRouteByName, labStore } from '@ordeal/shared/platform/on-lab/drivers';
import { databaseUnreachable, regionLost, replicaKilled } from '@ordeal/shared/platform/on-lab/faults';
import { definePlatform } from '@ordeal/shared/platform/platform';
import { objectives } from './objectives.ts';

export default definePlatform((context) => {
  const lab = context.lab('research-agent');
  const { a, b } = lab.regions;
  return {
    name: 'research-agent',
    title: 'Research agent: a cloud service with a backup region',
    environment: 'lab',
    entry: lab.entry,
    byName: labByName(lab),
    regions: ['a', 'b'],
    timeoutMs: 5000,
    headers: {},
    // It knows no tenants: the header is sent, and ignored.
    tenantHeader: 'x-tenant-id',
    tenants: [{ id: 'ordeal', allowedRegions: ['a', 'b'] }],
    health: [
      { name: 'health', url: '/health', expectStatus: 200 },
      { name: 'ready', url: '/ready', expectStatus: 200 },
      ...[...a.replicas, ...b.replicas].map((replica) => ({
        name: `replica ${replica.name} ready`,
        url: `${replica.url}/ready`,
        expectStatus: 200,
      })),
    ],
    journeys: {
      research: { file: new URL('journeys/research.ts', import.meta.url), weight: 2 },
      'find-papers': { file: new URL('journeys/find-papers.ts', import.meta.url), weight: 3 },
    },
    prometheus: {
      url: lab.prometheus,
      regions: [],
      scrapeIntervalSeconds: 1,
      targets: [
        { name: 'API replicas', selector: 'up{job="api"}', least: 4 },
        // The clients' proxy, and each region's own.
        { name: 'load balancers', selector: 'up{job="haproxy"}', least: 3 },
        { name: 'PostgreSQL', selector: 'pg_up{job="postgres"}', least: 2 },
        { name: 'Redis', selector: 'redis_up{job="redis"}', least: 2 },
      ],
    },
    objectives,
    load: {
      baseline: 60,
      objectives: ['client errors', 'client p95', 'API errors', 'API p95', 'API memory'],
    },
    faults: {
      'replica-killed': replicaKilled(lab, a, 0),
      'database-unreachable-from-a': databaseUnreachable(lab, a),
      // Of a region's replicas: they say that they are not ready, and serve their metrics on.
      'health-checks-fail': databaseUnreachable(lab, a),
      'region-a-lost': regionLost(a),
    },
    stores: { main: labStore(lab) },
    routes: { global: labRouteByName(lab) },
    backups: labBackups(lab, {}),
    deployments: { canary: labDeployment(lab, 'canary') },
    probes: labProbes({ path: '/api/papers', byName: true }, '/api/research'),
    ledger: labLedger({ path: '/api/papers' }),
    sweep: labSweep('/api/runs'),
    guardrails: {
      allowFaults: ['host', 'proxy'],
      maxRate: 2000,
      // The database is reached from a region by two proxies, one to each of its nodes.
      maxTargets: 2,
      maxRunSeconds: 600,
      abort: { errorRatio: 0.1, consecutiveSeconds: 5, leastAttempts: 20, silentSeconds: 10 },
    },
  };
});
