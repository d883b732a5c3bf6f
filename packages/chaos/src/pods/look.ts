import type { V1Container, V1Deployment, V1Probe } from '@kubernetes/client-node';
import type { ContainerSeen, DeploymentSeen, PodsSaw, ProbeSeen } from '@ordeal/shared/judge/pods/look';
import type { PodsSpec } from '@ordeal/shared/platform/pods-spec';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { Clock } from '@ordeal/shared/time/clock';
import { isFailure } from '../chaos-mesh/failure.ts';
import { pinnedCluster } from '../coordination/pinned-cluster.ts';

/** Looks at a Deployment once, on the pinned cluster and no other. It only reads. What the cluster does not tell is seen as well. */
export async function lookAtPods(
  { cluster: pin, namespace, deployment: name }: PodsSpec,
  clock: Clock,
  signal: AbortSignal,
): Promise<PodsSaw> {
  try {
    const cluster = await pinnedCluster(pin, clock)(signal);
    const found = (await cluster.call(
      `reading Deployment ${namespace}/${name}`,
      (how) =>
        cluster.custom.getNamespacedCustomObject(
          { group: 'apps', version: 'v1', plural: 'deployments', namespace, name },
          how,
        ),
      { signal },
    )) as V1Deployment;
    return { kind: 'seen', seen: deploymentSeen(found) };
  } catch (error) {
    signal.throwIfAborted();
    if (isFailure(error, 'not-found')) return { kind: 'absent' };
    return { kind: 'unread', reason: reasonOf(error) };
  }
}

/** Reads an object as the API answers it: what it left to the defaults is in it. */
function deploymentSeen({ spec, status }: V1Deployment): DeploymentSeen {
  const rolling = spec?.strategy?.type === 'RollingUpdate' ? spec.strategy.rollingUpdate : undefined;
  return {
    replicas: spec?.replicas ?? 1,
    ready: status?.readyReplicas ?? 0,
    rollout:
      rolling === undefined
        ? null
        : { maxSurge: rolling.maxSurge ?? '25%', maxUnavailable: rolling.maxUnavailable ?? '25%' },
    containers: (spec?.template.spec?.containers ?? []).map(containerSeen),
  };
}

function containerSeen({ name, livenessProbe, readinessProbe, resources }: V1Container): ContainerSeen {
  return {
    name,
    liveness: probeSeen(livenessProbe),
    readiness: probeSeen(readinessProbe),
    requests: resources?.requests ?? {},
    limits: resources?.limits ?? {},
  };
}

function probeSeen(probe: V1Probe | undefined): ProbeSeen | null {
  if (probe === undefined) return null;
  return {
    path: probe.httpGet?.path ?? null,
    delaySeconds: probe.initialDelaySeconds ?? 0,
    periodSeconds: probe.periodSeconds ?? 10,
    timeoutSeconds: probe.timeoutSeconds ?? 1,
    failures: probe.failureThreshold ?? 3,
  };
}
