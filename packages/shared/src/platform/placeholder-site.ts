import type { LabSite } from './site.ts';

const nowhere = 'lab-is-not-up.invalid';

function placeholderRegion(name: 'a' | 'b'): LabSite['regions']['a'] {
  return {
    name,
    replicas: [1, 2].map((number) => ({
      name: `${name}${number}`,
      url: `http://${nowhere}`,
      unit: `${name}/api-${number}`,
    })),
    postgres: {
      url: `postgres://${nowhere}/ordeal`,
      dataDir: `/lab-is-not-up/${name}`,
      binDir: '/lab-is-not-up',
      port: 1,
      unit: `${name}/postgres`,
      upstreamUrl: `postgres://${nowhere}/ordeal`,
      slot: `slot_${name}`,
    },
    redis: { url: `redis://${nowhere}`, unit: `${name}/redis` },
    toxiproxy: { api: `http://${nowhere}`, unit: `${name}/toxiproxy` },
    proxies: { postgresA: 'postgres-a', postgresB: 'postgres-b', redis: 'redis', replication: 'replication' },
    control: ['lab-is-not-up'],
  };
}

/** A lab whose addresses lead nowhere, and say so: enough to plan by. */
export const placeholderSite: LabSite = {
  name: 'placeholder',
  dir: '/lab-is-not-up',
  entry: `http://${nowhere}`,
  prometheus: `http://${nowhere}`,
  haproxy: { socket: '/lab-is-not-up', backend: 'api', configFile: '/lab-is-not-up' },
  names: {
    zone: 'invalid',
    name: nowhere,
    entry: `http://${nowhere}`,
    servers: { primary: '192.0.2.53', secondary: '198.51.100.53' },
    key: { name: 'drill', secretFile: '/lab-is-not-up' },
    addresses: { a: '192.0.2.1', b: '192.0.2.2' },
    port: 1,
  },
  backups: {
    archive: '/lab-is-not-up/archive',
    dumps: { storage: { kind: 'directory', path: '/lab-is-not-up/dumps' }, files: '^dump$' },
    base: '/lab-is-not-up/base',
    into: '/lab-is-not-up/restore',
  },
  regions: { a: placeholderRegion('a'), b: placeholderRegion('b') },
  deploy: ['lab-is-not-up'],
  platform: 'agentic-platform',
  sabotage: [],
};
