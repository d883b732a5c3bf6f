import {
  databaseUnreachable,
  outOfBalance,
  regionLost,
  replicaKilled,
} from '@ordeal/shared/platform/on-lab/faults';
import type { FaultEntry } from '@ordeal/shared/platform/platform';
import type { LabSite } from '@ordeal/shared/platform/site';

/** What may be broken: the experiments of the deployment guide's "Chaos Engineering", and the cache. */
export function faultsOf(lab: LabSite): Readonly<Record<string, FaultEntry>> {
  const { a } = lab.regions;
  // The machine's own, but told from what another lab on it does.
  const machine = { through: ['env', `ORDEAL_LAB_STRESSED=${lab.dir}`] };
  return {
    'replica-killed': replicaKilled(lab, a, 0),
    'database-unreachable-from-a': databaseUnreachable(lab, a),
    'database-slow-from-a': {
      title: 'Network latency: the database answers region A late',
      driver: 'proxy',
      config: {
        api: a.toxiproxy.api,
        proxies: [a.proxies.postgresA, a.proxies.postgresB],
        toxic: { type: 'latency', latency: 60, jitter: 20 },
      },
      revives: 'nothing',
    },
    'cache-unavailable-in-a': {
      title: 'The cache is unavailable in region A',
      driver: 'proxy',
      config: { api: a.toxiproxy.api, proxies: [a.proxies.redis], toxic: { type: 'timeout', timeout: 0 } },
      revives: 'nothing',
      witness: outOfBalance(lab, a),
    },
    'cpu-stress': {
      title: 'CPU stress: more work than the CPUs can do',
      driver: 'host',
      config: { on: machine, action: 'cpu', workers: 12, endsAfterSeconds: 120 },
      revives: 'nothing',
    },
    'memory-pressure': {
      title: 'Memory pressure: half a gigabyte less for everybody',
      driver: 'host',
      config: { on: machine, action: 'memory', megabytes: 512, leaveMegabytes: 512, endsAfterSeconds: 120 },
      revives: 'nothing',
    },
    'region-a-lost': regionLost(a),
  };
}
