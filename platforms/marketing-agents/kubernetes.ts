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
  faultsElsewhere: {
    'database-killed':
      'the cluster has a standby, to which its operator fails over: what it costs where there is none does not show there',
    'pod-hung':
      'Chaos Mesh kills what runs in a pod, and cannot make it hang; the settings of its liveness probe are compared with the document',
  },
  // The lab has four of them too, with half of their memory. Here each of the two regions has a Deployment of its own.
  least: { pods: 2 * 2 },
  objectives: {
    'every pod is scraped': {
      limit: 2 * 2,
      source:
        'deployment architecture, 2.5: minReplicas 2, which undercuts the 3 replicas of 2.4, in each region',
    },
    // A Service spreads connections, and those that are kept may leave a pod out.
    'every pod serves': { severity: 'should' },
    'memory of a pod': {
      signal: {
        from: 'prometheus',
        measure: 'saturation',
        used: { gauge: 'process_resident_memory_bytes{job="api"}' },
        capacity: { value: 512 * 2 ** 20 },
      },
      source: 'deployment architecture, 2.5 Horizontal Pod Autoscaler: memory 80 %, of the request of 512Mi',
    },
  },
  // Its 3 replicas are the autoscaler's to change.
  pods: {
    rollout: { maxSurge: 1, maxUnavailable: 0 },
    liveness: { path: '/health', delaySeconds: 30, periodSeconds: 10, timeoutSeconds: 5, failures: 3 },
    readiness: { path: '/ready', delaySeconds: 5, periodSeconds: 5, timeoutSeconds: 3, failures: 1 },
    requests: { cpu: '250m', memory: '512Mi' },
    limits: { cpu: '500m', memory: '1Gi' },
    source: 'deployment architecture, 2.4 Deployment Configuration',
  },
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
