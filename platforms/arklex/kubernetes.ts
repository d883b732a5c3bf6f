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
  faultsElsewhere: {
    'task-hung':
      'Chaos Mesh kills what runs in a pod, and cannot make it hang; the settings of its liveness probe are compared with the document',
  },
  // The lab has four of them. Here each of the two regions has a Deployment of its own.
  least: { tasks: 2 * 3 },
  pods: {
    replicas: { least: 3, most: 3 },
    liveness: { path: '/health', delaySeconds: 30, periodSeconds: 10 },
    readiness: { path: '/ready', delaySeconds: 5, periodSeconds: 5 },
    requests: { cpu: '250m', memory: '256Mi' },
    limits: { cpu: '500m', memory: '512Mi' },
    source: 'deployment improvements, 2: Kubernetes Configuration',
  },
  objectives: {
    'every task is scraped': {
      limit: 2 * 3,
      source: 'deployment improvements, 2: replicas: 3, in each region',
    },
    // A Service spreads connections, and those that are kept may leave a pod out.
    'every task serves': { limit: 2 * 3, severity: 'should' },
    'database connections': {
      // Both regions' pools are at the one primary.
      limit: 2 * 3 * (10 + 20),
      source: 'deployment improvements, 3: pool size 10, overflow 20; 2: replicas: 3, in each region',
    },
  },
});
