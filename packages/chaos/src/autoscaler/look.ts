import type { V1Scale, V2HorizontalPodAutoscaler } from '@kubernetes/client-node';
import type { AutoscalerSample, PodsSeen } from '@ordeal/shared/judge/autoscaler/watch';
import type { AutoscalerSpec } from '@ordeal/shared/platform/autoscaler-spec';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { Clock } from '@ordeal/shared/time/clock';
import { listPods, type Cluster } from '../chaos-mesh/cluster.ts';
import { ApiError, isFailure } from '../chaos-mesh/failure.ts';
import { pinnedCluster } from '../coordination/pinned-cluster.ts';
import { autoscalerSeen, podsSeen } from './as-seen.ts';

/** Looks at an autoscaler once. What the cluster does not tell is a sample as well. */
export type Look = (signal: AbortSignal) => Promise<AutoscalerSample>;

/** Looks at one autoscaler on the pinned cluster, and no other. It only reads. */
export function autoscalerLook({ cluster: pin, namespace, name }: AutoscalerSpec, clock: Clock): Look {
  const connect = pinnedCluster(pin, clock);
  return async (signal) => {
    const at = clock.now();
    try {
      const cluster = await connect(signal);
      const found = (await cluster.call(
        `reading HorizontalPodAutoscaler ${namespace}/${name}`,
        (how) =>
          cluster.custom.getNamespacedCustomObject(
            { group: 'autoscaling', version: 'v2', plural: 'horizontalpodautoscalers', namespace, name },
            how,
          ),
        { signal },
      )) as V2HorizontalPodAutoscaler;
      const seen = autoscalerSeen(found, clock.wall());
      return { kind: 'seen', at, seen, pods: await podsOf(cluster, found, clock, signal) };
    } catch (error) {
      signal.throwIfAborted();
      if (isFailure(error, 'not-found')) return { kind: 'absent', at };
      return { kind: 'unread', at, reason: reasonOf(error) };
    }
  };
}

/** The pods that it scales: those that the selector of its target's `scale` takes. */
async function podsOf(
  cluster: Cluster,
  { metadata, spec }: V2HorizontalPodAutoscaler,
  clock: Clock,
  signal: AbortSignal,
): Promise<PodsSeen> {
  const { apiVersion = '', kind = '', name = '' } = spec?.scaleTargetRef ?? {};
  const [group = '', version = ''] = apiVersion.split('/');
  const namespace = metadata?.namespace ?? '';
  if (version === '') return { known: false, reason: `it scales ${kind} ${name} of ${apiVersion}` };
  try {
    const scale = (await cluster.call(
      `reading the scale of ${kind} ${namespace}/${name}`,
      (how) =>
        cluster.custom.getNamespacedCustomObjectScale(
          { group, version, namespace, plural: `${kind.toLowerCase()}s`, name },
          how,
        ),
      { signal },
    )) as V1Scale;
    const { selector } = scale.status ?? {};
    if (selector === undefined || selector === '') {
      return { known: false, reason: `${kind} ${name} tells no selector of its pods` };
    }
    const [pods, measured] = await Promise.all([
      listPods(cluster, { namespace, labelSelector: selector }, { signal }),
      measuredPods(cluster, namespace, selector, signal),
    ]);
    return podsSeen(pods, measured, clock.wall());
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { known: false, reason: error.message };
  }
}

/** Names of the pods of which the cluster has a measurement of cpu and memory; undefined where it does not tell. */
async function measuredPods(
  cluster: Cluster,
  namespace: string,
  labelSelector: string,
  signal: AbortSignal,
): Promise<ReadonlySet<string> | undefined> {
  try {
    const list = (await cluster.call(
      `listing the measurements of pods in namespace ${namespace}`,
      (how) =>
        cluster.custom.listNamespacedCustomObject(
          { group: 'metrics.k8s.io', version: 'v1beta1', plural: 'pods', namespace, labelSelector },
          how,
        ),
      { signal },
    )) as { readonly items: readonly { readonly metadata?: { readonly name?: string } }[] };
    return new Set(list.items.map(({ metadata }) => metadata?.name ?? ''));
  } catch (error) {
    // It makes a decision certain, and is not needed where there is nothing to doubt.
    if (!(error instanceof ApiError)) throw error;
    return undefined;
  }
}
