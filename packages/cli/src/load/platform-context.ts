import type { PlatformContext } from '@ordeal/shared/platform/platform';
import type { LabSite } from '@ordeal/shared/platform/site';
import type { Edge } from '../edge.ts';

/** What a platform file may ask for. `mustRun`: without a lab the placeholder is an error instead. */
export function platformContext(
  edge: Edge,
  lab: LabSite | undefined,
): PlatformContext & { usedPlaceholder(): boolean; wantedContract(): string | undefined } {
  let placeholder = false;
  let wanted: string | undefined;
  return {
    env(name, fallback) {
      const value = edge.env[name] ?? fallback;
      if (value === undefined) throw new Error(`the environment variable ${name} is not set`);
      return value;
    },
    lab(contract = 'agentic-platform') {
      wanted = contract;
      if (lab !== undefined && lab.platform !== contract) {
        throw new Error(
          `the lab "${lab.name}" serves ${lab.platform}, and this platform needs ${contract}; take it down (ordeal lab down --lab-name ${lab.name}), or choose another --lab-name`,
        );
      }
      if (lab !== undefined) return lab;
      placeholder = true;
      return { ...placeholderSite, platform: contract };
    },
    usedPlaceholder: () => placeholder,
    wantedContract: () => wanted,
  };
}

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

/** Addresses that lead nowhere, and say so: enough to plan by. */
const placeholderSite: LabSite = {
  name: 'placeholder',
  dir: '/lab-is-not-up',
  entry: `http://${nowhere}`,
  prometheus: `http://${nowhere}`,
  haproxy: { socket: '/lab-is-not-up', backend: 'api', configFile: '/lab-is-not-up' },
  backups: {
    archive: '/lab-is-not-up/archive',
    dumps: '/lab-is-not-up/dumps',
    base: '/lab-is-not-up/base',
    into: '/lab-is-not-up/restore',
  },
  regions: { a: placeholderRegion('a'), b: placeholderRegion('b') },
  deploy: ['lab-is-not-up'],
  platform: 'agentic-platform',
  sabotage: [],
};
