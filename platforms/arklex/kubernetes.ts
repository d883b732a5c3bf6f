import { cutOff, podKilled, regionLost } from '@ordeal/shared/platform/on-cluster/faults';
import { onCluster } from '@ordeal/shared/platform/on-cluster/on-cluster';
import platform from './platform.ts';

/** With `--on kubernetes`. */
export default onCluster(platform, {
  faults: (site) => ({
    'task-killed': podKilled(site),
    'database-unreachable': cutOff(site, 'postgres'),
    'region-a-lost': regionLost(site),
  }),
});
