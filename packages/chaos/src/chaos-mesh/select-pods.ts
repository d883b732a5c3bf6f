import type { V1Pod } from '@kubernetes/client-node';
import { listNodes, listPods, type CallOptions, type Cluster } from './cluster.ts';
import type { LabelExpression, PodSelector } from './types/common.ts';

/**
 * The pods that a selector of Chaos Mesh would hit now: its candidates, before `mode` takes some or all of them.
 * `namespace` is where the object is created, which counts when the selector names no namespace. Sorted by name.
 */
export async function selectPods(
  cluster: Cluster,
  selector: PodSelector,
  namespace: string,
  options: CallOptions,
): Promise<readonly V1Pod[]> {
  const found =
    selector.pods === undefined
      ? await bySelector(cluster, selector, namespace, options)
      : // With names Chaos Mesh looks at nothing else.
        await byNames(cluster, selector.pods, options);
  return found.toSorted((a, b) => (podName(a) < podName(b) ? -1 : 1));
}

/** `namespace/name`. */
export function podName({ metadata }: V1Pod): string {
  return `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`;
}

async function byNames(
  cluster: Cluster,
  names: Readonly<Record<string, readonly string[]>>,
  options: CallOptions,
): Promise<readonly V1Pod[]> {
  const found = await Promise.all(
    Object.entries(names).map(async ([namespace, wanted]) => {
      const pods = await listPods(cluster, { namespace }, options);
      return pods.filter(({ metadata }) => wanted.includes(metadata?.name ?? ''));
    }),
  );
  return found.flat();
}

async function bySelector(
  cluster: Cluster,
  selector: PodSelector,
  namespace: string,
  options: CallOptions,
): Promise<readonly V1Pod[]> {
  const namespaces =
    selector.namespaces === undefined || selector.namespaces.length === 0 ? [namespace] : selector.namespaces;
  const labelSelector = [
    ...equalities(selector.labelSelectors),
    ...(selector.expressionSelectors ?? []).map(expression),
  ].join(',');
  const fieldSelector = equalities(selector.fieldSelectors).join(',');
  const [found, nodes] = await Promise.all([
    Promise.all(
      namespaces.map((one) => listPods(cluster, { namespace: one, labelSelector, fieldSelector }, options)),
    ),
    nodesOf(cluster, selector, options),
  ]);
  return found.flat().filter((pod) => {
    const annotations = pod.metadata?.annotations ?? {};
    const phases = selector.podPhaseSelectors ?? [];
    return (
      (nodes === undefined || nodes.has(pod.spec?.nodeName ?? '')) &&
      (phases.length === 0 || phases.includes(pod.status?.phase ?? '')) &&
      Object.entries(selector.annotationSelectors ?? {}).every(([name, value]) => annotations[name] === value)
    );
  });
}

/** The nodes whose pods are meant, by name or by label; undefined when it is all of them. */
async function nodesOf(
  cluster: Cluster,
  { nodes = [], nodeSelectors = {} }: PodSelector,
  options: CallOptions,
): Promise<ReadonlySet<string> | undefined> {
  const labels = equalities(nodeSelectors);
  if (nodes.length === 0 && labels.length === 0) return undefined;
  const labelled = labels.length === 0 ? [] : await listNodes(cluster, labels.join(','), options);
  return new Set([...nodes, ...labelled.map(({ metadata }) => metadata?.name ?? '')]);
}

function equalities(wanted: Readonly<Record<string, string>> = {}): readonly string[] {
  return Object.entries(wanted).map(([name, value]) => `${name}=${value}`);
}

function expression({ key, operator, values = [] }: LabelExpression): string {
  switch (operator) {
    case 'In':
      return `${key} in (${values.join(',')})`;
    case 'NotIn':
      return `${key} notin (${values.join(',')})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      throw new Error(`A label expression knows In, NotIn, Exists and DoesNotExist, not "${operator}".`);
  }
}
