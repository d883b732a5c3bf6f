import type { V1Pod } from '@kubernetes/client-node';
import type { DriverContext, Target } from '@ordeal/shared/drivers/fault';
import { persist } from '../../chaos-mesh/persist.ts';
import { podName, selectPods } from '../../chaos-mesh/select-pods.ts';
import type { PodSelector } from '../../chaos-mesh/types/common.ts';
import { faultSpecOf, namespaceOf, type ChaosMeshConfig } from './config.ts';
import type { Connection } from './connect.ts';

/** What a fault can hit: pods, or things outside of the cluster that its spec names. */
export type Candidates =
  | { readonly are: 'pods'; readonly pods: readonly V1Pod[] }
  | { readonly are: 'others'; readonly targets: readonly Target[] };

/** Everything that the selector matches now. Rejects when that is nothing. */
export async function findCandidates(
  config: ChaosMeshConfig,
  { cluster }: Connection,
  { clock, signal }: DriverContext,
  withinMs: number,
): Promise<Candidates> {
  const { kind, spec } = faultSpecOf(config);
  const selector = selectorOf(kind, spec);
  if (selector === undefined) return { are: 'others', targets: othersOf(kind, spec) };
  const until = clock.now() + withinMs;
  const pods = await persist({ clock, signal, until }, () =>
    selectPods(cluster, selector, namespaceOf(config), { signal }),
  );
  if (pods.length === 0) {
    throw new Error(
      `No pod in ${config.cluster.context} matches ${JSON.stringify(selector)}: the fault would hit nothing.`,
    );
  }
  return { are: 'pods', pods };
}

export function targetOf(pod: V1Pod): Target {
  const uid = pod.metadata?.uid;
  return { name: targetName(podName(pod)), ...(uid === undefined ? {} : { identity: uid }) };
}

/** `record` is a record's id, or `namespace/pod`; what follows the pod is a part of it. */
export function targetName(record: string): string {
  return `pod ${record.split('/').slice(0, 2).join('/')}`;
}

function selectorOf(kind: string, spec: object): PodSelector | undefined {
  if (kind === 'PhysicalMachineChaos') return undefined;
  return (spec as { selector?: PodSelector }).selector;
}

/** Machines and instances, by the names that the spec has for them. */
function othersOf(kind: string, spec: object): readonly Target[] {
  const { address, ec2Instance, vmName, instance } = spec as Readonly<Record<string, unknown>>;
  const named = Array.isArray(address) ? address : [ec2Instance ?? vmName ?? instance];
  const names = named.filter((one) => typeof one === 'string');
  if (names.length === 0) throw new Error(`The spec of the ${kind} names nothing that it would hit.`);
  return names.map((name) => ({ name: `machine ${name}` }));
}
