import { cutOff, podKilled, podStopped } from '@ordeal/shared/platform/on-cluster/faults';
import { onCluster } from '@ordeal/shared/platform/on-cluster/on-cluster';
import platform from './platform.ts';

/** With `--on kubernetes`: its guide runs workers under systemd, and names no cluster. */
export default onCluster(platform, {
  faults: (site) => ({
    'worker-killed': podKilled(site),
    'worker-stopped': podStopped(site),
    'database-unreachable': cutOff(site, 'postgres'),
  }),
  faultsElsewhere: {
    'database-killed':
      'the cluster has a standby, to which its operator fails over: what it costs where there is none does not show there',
  },
  objectives: {
    // A Service spreads connections, and those that are kept may leave a pod out.
    'every worker serves': { severity: 'should' },
    // Another pod takes a killed one's place at once, and Prometheus forgets the one that was.
    'alert on a worker that is down': { severity: 'should' },
  },
});
