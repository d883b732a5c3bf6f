import { z } from 'zod';
import type { KubernetesObject } from '../kubernetes/api.ts';
import type { ConfiguredBounds } from '../self-recovery.ts';
import type { ClusterObject } from './cluster-object.ts';

/** How long a node may be silent before its pods count as not ready: the control plane's own default. Seconds. */
const nodeGrace = 50;
/** Stopping the standby's receiver, replaying what it has, leaving recovery and the first write. Seconds. */
const promotion = 5;

const podSpec = z.object({
  containers: z.array(
    z.object({
      name: z.string(),
      readinessProbe: z
        .object({
          periodSeconds: z.number().default(10),
          timeoutSeconds: z.number().default(1),
          failureThreshold: z.number().default(3),
        })
        .optional(),
    }),
  ),
});

/**
 * What a cluster's settings say about how long its operator takes until another instance takes writes. Seconds.
 *
 * The operator fails over when the primary's pod is not ready any more: at once when its container has ended, after
 * the kubelet's readiness probe when it hangs, after the node's grace when the node is silent. Then it waits for
 * `failoverDelay`; the new primary takes the lease when it has run out, or was released in a clean shutdown.
 * Rejects when the pod has no readiness probe, by which nothing would be noticed.
 */
export function boundsOf({ spec }: ClusterObject, pod: KubernetesObject): ConfiguredBounds {
  const probe = readinessOf(pod);
  const { leaseDurationSeconds: lease, releasedLeaseDurationSeconds: released } = spec.primaryLease;
  const { retryPeriodSeconds: retry } = spec.primaryLease;
  const notReady = probe.periodSeconds * probe.failureThreshold + probe.timeoutSeconds;
  const takes = retry + promotion;
  // An operator that is too old to know leases waits for none, so that only its own delay is certain.
  const low = spec.failoverDelay;
  const expiry = { low, high: notReady + spec.failoverDelay + lease + takes };
  return {
    settings: {
      failoverDelay: `${spec.failoverDelay} s`,
      primaryLease: `${lease} s, ${released} s when it is released, tried every ${retry} s`,
      stopDelay: `${spec.stopDelay} s`,
      switchoverDelay: `${spec.switchoverDelay} s`,
      readinessProbe: `${probe.failureThreshold} times, every ${probe.periodSeconds} s, each ${probe.timeoutSeconds} s`,
    },
    takeover: {
      killed: expiry,
      frozen: expiry,
      partitioned: { low, high: Math.max(notReady, nodeGrace) + spec.failoverDelay + lease + takes },
      stopped: { low, high: spec.stopDelay + notReady + spec.failoverDelay + released + takes },
      'switched over': { low: 0, high: spec.switchoverDelay + released + takes },
    },
    reason:
      `a primary counts as lost once its pod is not ready (by its probe within ${notReady} s; ${nodeGrace} s of a node ` +
      `that is silent), then failoverDelay ${spec.failoverDelay} s, a lease of up to ${lease} s (${released} s behind a clean ` +
      `shutdown, which may take stopDelay ${spec.stopDelay} s), ${retry} s until it is tried again, and about ${promotion} s to promote`,
  };
}

function readinessOf({ metadata, spec }: KubernetesObject) {
  const parsed = podSpec.safeParse(spec);
  const probe = parsed.data?.containers.find(({ name }) => name === 'postgres')?.readinessProbe;
  if (probe === undefined) {
    throw new Error(`the container postgres of pod ${metadata?.name ?? '?'} has no readiness probe`);
  }
  return probe;
}
