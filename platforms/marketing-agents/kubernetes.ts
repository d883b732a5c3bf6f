import { cacheKilled, cutOff, nodeLost, podKilled } from '@ordeal/shared/platform/on-cluster/faults';
import { onCluster } from '@ordeal/shared/platform/on-cluster/on-cluster';
import platform from './platform.ts';

/** With `--on kubernetes`. */
export default onCluster(platform, {
  faults: (site) => ({
    'pod-killed': podKilled(site),
    'spot-node-lost': nodeLost(site),
    'cache-killed': cacheKilled(site),
    'database-unreachable': cutOff(site, 'postgres'),
  }),
});
