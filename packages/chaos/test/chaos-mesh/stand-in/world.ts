import { PatchStrategy, type V1Pod } from '@kubernetes/client-node';
import type { Cluster } from '../../../src/chaos-mesh/cluster.ts';
import { isFailure } from '../../../src/chaos-mesh/failure.ts';
import type { FaultSpec } from '../../../src/chaos-mesh/one-shot.ts';
import { podName, selectPods } from '../../../src/chaos-mesh/select-pods.ts';

/** What the daemons on the nodes would have done to the pods, and what was done in which order. */
export interface World {
  /** Every application and recovery that has succeeded. */
  readonly log: readonly Deed[];
  /** What is in now: `fault uid/target`. */
  readonly inEffect: ReadonlySet<string>;
  /** What no object stands for any more is taken out by hand. */
  mendAll(): void;
  /** Makes an operation fail wherever it concerns this pod, until the function that is given back is called. */
  fail(pod: string, operation: 'Apply' | 'Recover', message: string): () => void;
  targets(fault: Fault): Promise<readonly string[]>;
  /** Resolves to the message of a failure, or undefined. */
  act(fault: Fault, target: string, operation: 'Apply' | 'Recover'): Promise<string | undefined>;
}

export type Fault = FaultSpec & { readonly uid: string; readonly name: string; readonly namespace: string };

export interface Deed {
  readonly operation: 'Apply' | 'Recover';
  readonly fault: string;
  readonly target: string;
}

export const PAUSE_IMAGE = 'gcr.io/google-containers/pause:latest';
const ORIGINAL = 'chaos-mesh.org/original-image';

export function createWorld(cluster: Cluster): World {
  const log: Deed[] = [];
  const inEffect = new Set<string>();
  const rules = new Set<{ pod: string; operation: string; message: string }>();

  const kill = async (namespace: string, name: string, grace: number): Promise<string | undefined> => {
    try {
      await cluster.call('killing a pod', (how) =>
        cluster.core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: grace }, how),
      );
      return undefined;
    } catch (error) {
      if (isFailure(error, 'not-found')) return `pods "${name}" not found`;
      throw error;
    }
  };
  const patchPod = (namespace: string, name: string, body: object): Promise<unknown> =>
    cluster.call('patching a pod', (how) => cluster.core.patchNamespacedPod({ namespace, name, body }, how), {
      contentType: PatchStrategy.StrategicMergePatch,
    });
  const setImages = async (namespace: string, name: string, failing: boolean): Promise<void> => {
    const pod = await readPod(cluster, namespace, name);
    // A pod that has vanished takes its fault with it.
    if (pod === undefined) return;
    const original = pod.metadata?.annotations?.[ORIGINAL];
    const images = failing ? PAUSE_IMAGE : original;
    if (images === undefined) return;
    await patchPod(namespace, name, {
      metadata: {
        annotations: { [ORIGINAL]: failing ? (original ?? pod.spec?.containers[0]?.image) : null },
      },
      spec: { containers: (pod.spec?.containers ?? []).map((one) => ({ name: one.name, image: images })) },
    });
  };
  const restart = async (namespace: string, name: string, containers: readonly string[]): Promise<void> => {
    const pod = await readPod(cluster, namespace, name);
    const statuses = (pod?.status?.containerStatuses ?? []).map((one) =>
      containers.includes(one.name) ? { ...one, restartCount: one.restartCount + 1 } : one,
    );
    await cluster.call(
      'restarting containers',
      (how) =>
        cluster.core.patchNamespacedPodStatus(
          { namespace, name, body: { status: { containerStatuses: statuses } } },
          how,
        ),
      { contentType: PatchStrategy.StrategicMergePatch },
    );
  };

  return {
    log,
    inEffect,
    mendAll: () => inEffect.clear(),
    fail: (pod, operation, message) => {
      const rule = { pod, operation, message };
      rules.add(rule);
      return () => void rules.delete(rule);
    },
    targets: async ({ kind, spec, namespace }) => {
      const {
        selector = {},
        mode,
        value,
      } = spec as {
        selector?: object;
        mode?: string;
        value?: string;
      };
      const pods = await selectPods(cluster, selector, namespace, {});
      const some = mode === 'fixed' ? Number(value) : mode === 'one' ? 1 : pods.length;
      const perContainer =
        kind === 'StressChaos' || (kind === 'PodChaos' && spec.action === 'container-kill');
      return pods.slice(0, some).map((pod) => {
        const containers = 'containerNames' in spec ? spec.containerNames : undefined;
        const container = containers?.[0] ?? pod.spec?.containers[0]?.name ?? '';
        return perContainer ? `${podName(pod)}/${container}` : podName(pod);
      });
    },
    act: async (fault, target, operation) => {
      const rule = [...rules].find((one) => target.includes(one.pod) && one.operation === operation);
      if (rule !== undefined) return rule.message;
      const [namespace = '', name = ''] = target.split('/');
      if (fault.kind === 'PodChaos' && fault.spec.action === 'pod-failure') {
        await setImages(namespace, name, operation === 'Apply');
      } else if (fault.kind === 'PodChaos' && operation === 'Apply') {
        if (fault.spec.action === 'pod-kill') {
          const failure = await kill(namespace, name, fault.spec.gracePeriod ?? 0);
          if (failure !== undefined) return failure;
        } else {
          await restart(namespace, name, fault.spec.containerNames ?? []);
        }
      }
      log.push({ operation, fault: fault.name, target });
      if (operation === 'Apply') inEffect.add(`${fault.uid}/${target}`);
      else inEffect.delete(`${fault.uid}/${target}`);
      return undefined;
    },
  };
}

async function readPod(cluster: Cluster, namespace: string, name: string): Promise<V1Pod | undefined> {
  try {
    return await cluster.call('reading a pod', (how) =>
      cluster.core.readNamespacedPod({ namespace, name }, how),
    );
  } catch (error) {
    if (isFailure(error, 'not-found')) return undefined;
    throw error;
  }
}
