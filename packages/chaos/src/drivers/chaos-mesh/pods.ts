import { z } from 'zod';
import type { PodSelector } from '../../chaos-mesh/types/common.ts';

const texts = z.record(z.string().min(1), z.string());

/** Which pods are meant. All that is given must hold. */
export const podsSchema = z.strictObject({
  namespace: z.string().min(1, { error: 'The namespace of the pods.' }),
  labels: texts.optional(),
  annotations: texts.optional(),
  /** Names of nodes that they run on. */
  nodes: z.array(z.string().min(1)).min(1).optional(),
  /** By name; nothing else is looked at then. */
  names: z.array(z.string().min(1)).min(1).optional(),
  /** Pods that have ended are no targets. */
  phases: z
    .array(z.enum(['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown']))
    .min(1)
    .default(['Running']),
});

export type Pods = z.infer<typeof podsSchema>;

/** A selector that could also mean a whole namespace has to say so by naming something in it. */
export function selectorOf({ namespace, labels, annotations, nodes, names, phases }: Pods): PodSelector {
  if (names !== undefined) return { pods: { [namespace]: names } };
  return {
    namespaces: [namespace],
    podPhaseSelectors: phases,
    ...(labels === undefined ? {} : { labelSelectors: labels }),
    ...(annotations === undefined ? {} : { annotationSelectors: annotations }),
    ...(nodes === undefined ? {} : { nodes }),
  };
}

export function describePods({ namespace, labels, annotations, nodes, names }: Pods): string {
  if (names !== undefined) return `${namespace}/${names.join(', ')}`;
  const parts = [
    ...Object.entries({ ...labels, ...annotations }).map(([name, value]) => `${name}=${value}`),
    ...(nodes === undefined ? [] : [`on ${nodes.join(', ')}`]),
  ];
  return `${namespace}/${parts.join(',') || '*'}`;
}

/** How many of the pods. */
export const chooseSchema = z.union([
  z.literal('all'),
  z.strictObject({ count: z.int().positive() }),
  z.strictObject({ percent: z.int().min(1).max(100) }),
]);

export type Choose = z.infer<typeof chooseSchema>;

/** The same for Chaos Mesh, where nothing was chosen before. */
export function modeOf(choose: Choose): { readonly mode: 'all' | 'fixed' | 'fixed-percent'; value?: string } {
  if (choose === 'all') return { mode: 'all' };
  return 'count' in choose
    ? { mode: 'fixed', value: String(choose.count) }
    : { mode: 'fixed-percent', value: String(choose.percent) };
}

/** How many of `candidates` are hit. A share is rounded down as Chaos Mesh does it, but never to none. */
export function howMany(choose: Choose, candidates: number): number {
  if (choose === 'all') return candidates;
  if ('count' in choose) return Math.min(choose.count, candidates);
  return Math.min(candidates, Math.max(1, Math.floor((candidates * choose.percent) / 100)));
}

export function describeChoose(choose: Choose): string {
  if (choose === 'all') return '';
  return 'count' in choose ? `${choose.count} of ` : `${choose.percent} % of `;
}
