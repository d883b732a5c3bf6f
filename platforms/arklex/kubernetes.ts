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
  // The lab has four of them.
  least: { tasks: 3 },
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
      limit: 3,
      source: 'deployment improvements, 2: replicas: 3',
    },
    'database connections': {
      limit: 90,
      source: 'deployment improvements, 3: pool size 10, overflow 20; 2: replicas: 3',
    },
  },
});
