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
  // The lab has four of them. Here each of the two regions has a Deployment of its own.
  least: { 'API replicas': 2 * 3 },
  objectives: {
    'API metrics present': {
      limit: 2 * 3,
      source: 'deployment guide, "Kubernetes Resources": API server deployment (3+ replicas), in each region',
    },
    // A Service spreads connections, and those that are kept may leave a pod out.
    'every replica serves': { limit: 2 * 3, severity: 'should' },
  },
  // Resource requests and limits have no number there.
  pods: {
    replicas: { least: 3 },
    rollout: { maxSurge: '25%', maxUnavailable: '25%' },
    liveness: { path: '/health/live', delaySeconds: 30, periodSeconds: 10 },
    readiness: { path: '/health/ready', delaySeconds: 10, periodSeconds: 5 },
    source: 'deployment guide, "Kubernetes Resources", "Deployment Strategy"',
  },
  autoscalers: {
    // As its runbook calls it. Request rate and queue depth have no number there: they may be added, and are followed.
    api: {
      replicas: { least: 3, most: 20 },
      targets: [
        { resource: 'cpu', utilization: 70 },
        { resource: 'memory', utilization: 80 },
      ],
      source: 'Auto-Scaling Configuration: min 3, max 20, CPU 70 %, memory 80 %',
    },
  },
});
