import { definePlatform } from '@ordeal/shared/platform/platform';
import { faultsOf } from './faults.ts';
import { objectives } from './objectives.ts';

export default definePlatform((context) => {
  const lab = context.lab();
  const { a, b } = lab.regions;
  const store = (region: typeof a) => ({
    name: region.name,
    region: region.name,
    url: region.postgres.url,
    dataDir: region.postgres.dataDir,
    binDir: region.postgres.binDir,
    upstreamUrl: region.postgres.upstreamUrl,
    slot: region.postgres.slot,
    ...(region.postgres.runAs === undefined ? {} : { runAs: region.postgres.runAs }),
    service: {
      start: [...region.control, 'start', region.postgres.unit],
      stop: [...region.control, 'stop', region.postgres.unit],
    },
  });

  return {
    name: 'agentic-platform',
    title: 'Agentic platform: multi-tenant, multi-region',
    environment: 'lab',
    entry: lab.entry,
    regions: ['a', 'b'],
    timeoutMs: 2000,
    headers: {},
    tenantHeader: 'x-tenant-id',
    // Traffic is a test tenant's alone. Tenants whose data must stay in one region would make a drill that
    // moves regions refuse.
    tenants: [{ id: 'ordeal', allowedRegions: ['a', 'b'] }],
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
    },
    prometheus: {
      url: lab.prometheus,
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
        'client and server counted the same',
      ],
      duringSpike: ['client errors in a spike', 'client p95 in a spike'],
    },
    faults: faultsOf(lab),
    stores: { main: { driver: 'postgres', config: { nodes: [store(a), store(b)] } } },
    routes: {
      global: {
        driver: 'haproxy',
        config: {
          socket: lab.haproxy.socket,
          backend: lab.haproxy.backend,
          servers: Object.fromEntries(
            [a, b].flatMap((region) => region.replicas.map((replica) => [replica.name, region.name])),
          ),
        },
      },
    },
    probes: [
      {
        name: 'write',
        connection: 'pooled',
        request: {
          method: 'POST',
          path: '/v1/knowledge/documents',
          json: { collection: '{{collection}}-probe', title: '{{id}}', body: 'probe' },
        },
        expectStatus: 201,
      },
      {
        name: 'read',
        connection: 'pooled',
        request: { method: 'GET', path: '/v1/knowledge/search?q=failover' },
        expectStatus: 200,
      },
      {
        name: 'fresh',
        connection: 'fresh',
        request: { method: 'GET', path: '/v1/resources' },
        expectStatus: 200,
      },
      {
        name: 'pooled',
        connection: 'pooled',
        request: { method: 'GET', path: '/v1/tenants' },
        expectStatus: 200,
      },
    ],
    ledger: {
      write: {
        method: 'POST',
        path: '/v1/knowledge/documents',
        json: { collection: '{{collection}}', title: '{{id}}', body: '{{payload}}' },
      },
      acknowledged: [201],
      // 503 is answered, by the load balancer as well, only when a request was certainly not applied.
      rejected: [400, 401, 403, 404, 409, 422, 429, 503],
      read: {
        method: 'GET',
        path: '/v1/knowledge/documents?collection={{collection}}&after={{cursor}}&limit=1000',
        items: 'items',
        id: 'title',
        payload: 'body',
        next: 'next',
      },
      clear: { method: 'DELETE', path: '/v1/knowledge/collections/{{collection}}' },
    },
    sweep: {
      requests: [{ method: 'DELETE', path: '/v1/runs/{{run}}' }],
      count: { method: 'GET', path: '/v1/runs/{{run}}', field: 'left' },
    },
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
