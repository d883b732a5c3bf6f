import type { Platform } from '../../src/platform/platform.ts';

/** A small platform without mistakes; tests change what they are about. */
export function platformValue(changes: Partial<Platform> = {}): Platform {
  return {
    name: 'shop',
    title: 'A shop',
    environment: 'test',
    entry: 'http://127.0.0.1:8080',
    regions: ['a', 'b'],
    timeoutMs: 1000,
    headers: {},
    tenantHeader: 'x-tenant-id',
    tenants: [{ id: 'acme', allowedRegions: ['a', 'b'] }],
    health: [{ name: 'health', url: '/health', expectStatus: 200 }],
    journeys: { buy: { file: new URL('file:///buy.ts'), weight: 1 } },
    prometheus: { url: 'http://127.0.0.1:9090', scrapeIntervalSeconds: 1, targets: [] },
    objectives: {
      errors: {
        signal: { from: 'client', measure: 'error-ratio' },
        comparator: '<',
        limit: 0.01,
        unit: 'ratio',
      },
      RTO: { signal: { from: 'drill', measure: 'rto' }, comparator: '<=', limit: 60, unit: 's' },
    },
    faults: {
      kill: { title: 'A replica is killed', driver: 'host', config: {}, revives: 'nothing' },
      lost: { title: 'Region a is lost', driver: 'host', config: {}, revives: 'old-primary' },
    },
    stores: { main: { driver: 'postgres', config: {} } },
    routes: { global: { driver: 'haproxy', config: {} } },
    probes: [],
    ledger: null,
    sweep: null,
    guardrails: {
      allowFaults: ['host'],
      maxRate: 100,
      maxTargets: 1,
      maxRunSeconds: 600,
      abort: { errorRatio: 0.1, consecutiveSeconds: 5, leastAttempts: 20, silentSeconds: 10 },
    },
    ...changes,
  };
}
