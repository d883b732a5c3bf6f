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
  autoscalers: {
    'marketing-agents-hpa': {
      replicas: { least: 2, most: 10 },
      targets: [
        { resource: 'cpu', utilization: 70 },
        { resource: 'memory', utilization: 80 },
        { pods: 'requests_per_second', average: 100 },
      ],
      source: 'deployment architecture, 2.5 Horizontal Pod Autoscaler',
    },
  },
});
