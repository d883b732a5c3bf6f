import { setTimeout as pause } from 'node:timers/promises';
import { quantity } from '@ordeal/shared/kubernetes/quantity';
import { AdminError, MERGE, type Admin } from '../../../../load/test/cluster/support/admin.ts';
import type { Use, Workload } from './workload.ts';

const LOOKS_EVERY_MS = 500;

/** A pod that runs, with what it uses. */
export interface RunningPod {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Cores and bytes. */
  readonly requested: { readonly cpu: number; readonly memory: number };
  readonly use: Use;
}

/**
 * A stand-in for the scheduler and the kubelet of one node: pods of the workloads are bound to it, run and are ready at
 * once, and are gone as soon as they are deleted. There are no containers: what they use is what the workload says.
 */
export interface Node {
  pods(): readonly RunningPod[];
  stop(): Promise<void>;
}

interface Pod {
  readonly metadata: {
    readonly namespace: string;
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly spec: { readonly nodeName?: string };
  readonly status: { readonly phase: string };
}

export function startNode(admin: Admin, workloads: readonly Workload[]): Node {
  const stopping = new AbortController();
  let running: readonly Pod[] = [];

  const going = go();
  async function go(): Promise<void> {
    while (!stopping.signal.aborted) {
      const { items } = await admin<{ items: readonly Pod[] }>('GET', '/api/v1/pods');
      for (const pod of items) await attend(pod);
      const there = new Set(items.filter(isRunning).map(keyOf));
      const known = new Set(running.map(keyOf));
      // In the order in which they were made, which a list by names is not.
      running = [
        ...running.filter((pod) => there.has(keyOf(pod))),
        ...items.filter((pod) => isRunning(pod) && !known.has(keyOf(pod))),
      ];
      await pause(LOOKS_EVERY_MS);
    }
  }

  async function attend(pod: Pod): Promise<void> {
    const { namespace, name, deletionTimestamp } = pod.metadata;
    const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
    try {
      if (deletionTimestamp !== undefined) await admin('DELETE', path, { gracePeriodSeconds: 0 });
      else if (pod.spec.nodeName === undefined) {
        const target = { apiVersion: 'v1', kind: 'Node', name: 'stand-in' };
        await admin('POST', `${path}/binding`, { metadata: { name }, target });
      } else if (pod.status.phase === 'Pending') {
        const since = workloadOf(pod)?.readySince ?? 0;
        await admin('PATCH', `${path}/status`, { status: readyStatus(since) }, MERGE);
      }
    } catch (error) {
      // Its controller was faster.
      if (!(error instanceof AdminError) || (error.status !== 404 && error.status !== 409)) throw error;
    }
  }

  function workloadOf({ metadata: { namespace, labels } }: Pod): Workload | undefined {
    return workloads.find(
      (one) =>
        one.namespace === namespace &&
        Object.entries(one.deployment['spec'].selector.matchLabels).every(
          ([name, is]) => labels[name] === is,
        ),
    );
  }

  return {
    pods: () =>
      workloads.flatMap((workload) => {
        const own = running.filter((pod) => workloadOf(pod) === workload);
        const { requests } = workload.deployment['spec'].template.spec.containers[0].resources;
        const requested = { cpu: quantity(requests.cpu), memory: quantity(requests.memory) };
        return own.map(({ metadata: { namespace, name, labels } }, index) => ({
          namespace,
          name,
          labels,
          requested,
          use: workload.demand(index, own.length),
        }));
      }),
    async stop() {
      stopping.abort();
      await going;
    },
  };
}

function isRunning({ metadata, status }: Pod): boolean {
  return status.phase === 'Running' && metadata.deletionTimestamp === undefined;
}

function keyOf({ metadata: { namespace, name } }: Pod): string {
  return `${namespace}/${name}`;
}

function readyStatus(sinceSeconds: number): object {
  const instant = new Date(Math.trunc(Date.now() / 1000 - sinceSeconds) * 1000).toISOString();
  const conditions = ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => ({
    type,
    status: 'True',
    lastTransitionTime: instant,
  }));
  return { phase: 'Running', startTime: instant, conditions };
}
