import { cutOff, podKilled, regionLost } from '@ordeal/shared/platform/on-cluster/faults';
import { onCluster } from '@ordeal/shared/platform/on-cluster/on-cluster';
import platform from './platform.ts';

/** With `--on kubernetes`. */
export default onCluster(platform, {
  faults: (site) => ({
    'replica-killed': podKilled(site),
    'database-unreachable-from-a': cutOff(site, 'postgres'),
    'region-a-lost': regionLost(site),
  }),
  faultsElsewhere: {
    'health-checks-fail':
      "a pod's health checks are the kubelet's, and the Prometheus of the manifests is not told how they end",
  },
  // The lab has four of them, its document no number.
  least: { 'API replicas': 2, 'load balancers': 1 },
  objectives: {
    'replicas are up': {
      limit: 2,
      source: 'set by this profile: one in each region',
    },
    // No pod uses more than it may have: of a whole core that would never be too much.
    'API processor': {
      signal: {
        from: 'prometheus',
        measure: 'saturation',
        used: { counter: 'process_cpu_seconds_total{job="api"}' },
        capacity: { value: 0.5 },
      },
      source:
        'deployment strategy, 4.3 Alerting System: resource utilization (>80%), of the 500m that a pod may have',
    },
  },
});
