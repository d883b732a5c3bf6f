import { labBackups } from '@ordeal/shared/platform/on-lab/backups';
import { labLedger, labProbes, labSweep } from '@ordeal/shared/platform/on-lab/clients';
import { labDeployment } from '@ordeal/shared/platform/on-lab/deployments';
import { labRoute, labStore } from '@ordeal/shared/platform/on-lab/drivers';
import { definePlatform } from '@ordeal/shared/platform/platform';
import { faultsOf } from './faults.ts';
import { objectives } from './objectives.ts';

export default definePlatform((context) => {
  const lab = context.lab('agentic-platform');
  const { a, b } = lab.regions;
  return {
    name: 'agentic-platform',
    title: 'Agentic platform: multi-tenant, multi-region',
    environment: 'lab',
    entry: lab.entry,
    regions: ['a', 'b'],
    timeoutMs: 2000,
    headers: {},
    tenantHeader: 'x-tenant-id',
    // Traffic is that of test tenants alone.
    tenants: [
      { id: 'ordeal', allowedRegions: ['a', 'b'] },
      // The noisy one.
      { id: 'globex', allowedRegions: ['a', 'b'], takesTurns: false },
      // It asks for what is another's, and has nothing.
      { id: 'acme', allowedRegions: ['a', 'b'], takesTurns: false },
      // It does the same, by an agent and documents of its own.
      { id: 'initech', allowedRegions: ['a', 'b'], takesTurns: false },
    ],
    tenantDirectory: {
      url: '/v1/tenants',
      list: 'items',
      id: 'tenant_id',
      allowedRegions: 'allowed_regions',
    },
    health: [
      { name: 'health', url: '/health', expectStatus: 200 },
      { name: 'live', url: '/health/live', expectStatus: 200 },
      { name: 'ready', url: '/health/ready', expectStatus: 200 },
      ...[...a.replicas, ...b.replicas].map((replica) => ({
        name: `replica ${replica.name} ready`,
        url: `${replica.url}/health/ready`,
        expectStatus: 200,
      })),
    ],
    journeys: {
      'create-agent': { file: new URL('journeys/create-agent.ts', import.meta.url), weight: 2 },
      'execute-task': { file: new URL('journeys/execute-task.ts', import.meta.url), weight: 2 },
      'query-knowledge': { file: new URL('journeys/query-knowledge.ts', import.meta.url), weight: 4 },
      'list-resources': { file: new URL('journeys/list-resources.ts', import.meta.url), weight: 2 },
      // Under every load, so that it is seen whatever is broken; it makes many requests: of these an eighth, and not half.
      'tenant-isolation': { file: new URL('journeys/tenant-isolation.ts', import.meta.url), weight: 0.1 },
      // Of tenants against each other: as gates, and as load where a phase names them.
      'cost-report': { file: new URL('journeys/cost-report.ts', import.meta.url), weight: 0 },
      'failing-client': { file: new URL('journeys/failing-client.ts', import.meta.url), weight: 0 },
    },
    prometheus: {
      url: lab.prometheus,
      regions: [],
      scrapeIntervalSeconds: 1,
      targets: [
        { name: 'API replicas', selector: 'up{job="api"}', least: 4 },
        { name: 'load balancer', selector: 'up{job="haproxy"}', least: 1 },
        { name: 'PostgreSQL', selector: 'pg_up{job="postgres"}', least: 2 },
        { name: 'Redis', selector: 'redis_up{job="redis"}', least: 2 },
      ],
    },
    objectives,
    load: {
      baseline: 60,
      objectives: [
        'client errors',
        'client p95',
        'API errors',
        'API p95',
        'replication lag',
        'databases tell their lag',
        'client and server counted the same',
      ],
      duringSpike: ['client errors in a spike', 'client p95 in a spike'],
    },
    faults: faultsOf(lab),
    stores: { main: labStore(lab) },
    routes: { global: labRoute(lab) },
    backups: labBackups(lab, { keepDays: 30 }),
    deployments: {
      rolling: labDeployment(lab, 'rolling'),
      'blue-green': labDeployment(lab, 'blue-green'),
      canary: labDeployment(lab, 'canary'),
    },
    probes: [
      ...labProbes({ path: '/v1/knowledge' }, '/v1/resources').filter(({ name }) => name !== 'pooled'),
      {
        name: 'pooled',
        connection: 'pooled',
        request: { method: 'GET', path: '/v1/tenants' },
        expectStatus: 200,
      },
    ],
    ledger: labLedger({ path: '/v1/knowledge' }),
    sweep: labSweep('/v1/runs'),
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
