import {
  cpuStress,
  cutOff,
  databaseSlow,
  memoryPressure,
  podKilled,
  regionLost,
} from '@ordeal/shared/platform/on-cluster/faults';
import { onCluster } from '@ordeal/shared/platform/on-cluster/on-cluster';
import platform from './platform.ts';

/** With `--on kubernetes`. */
export default onCluster(platform, {
  faults: (site) => ({
    'replica-killed': podKilled(site),
    'database-unreachable-from-a': cutOff(site, 'postgres'),
    'database-slow-from-a': databaseSlow(site, 60, 20),
    'cache-unavailable-in-a': cutOff(site, 'redis'),
    'cpu-stress': cpuStress(site),
    'memory-pressure': memoryPressure(site),
    'region-a-lost': regionLost(site),
  }),
});
