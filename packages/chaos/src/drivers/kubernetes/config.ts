import { createHash } from 'node:crypto';
import { fromZod } from '@ordeal/shared/platform/from-zod';
import type { Result } from '@ordeal/shared/platform/diagnostics';
import { z } from 'zod';
import { clusterSchema } from '../chaos-mesh/config.ts';
import { chooseSchema, describeChoose, describePods, podsSchema } from '../chaos-mesh/pods.ts';

const labels = z
  .record(z.string().min(1), z.string())
  .refine((all) => Object.keys(all).length > 0, { error: 'at least one label' });
const names = z.array(z.string().min(1)).min(1);
const graceSeconds = z.int().min(0).max(3_600).optional();

/** Objects of one kind, by name or by label. */
const named = z.union([z.strictObject({ names }), z.strictObject({ labels })], {
  error: 'Either { names: ["…"] } or { labels: { app: "…" } }.',
});

const faultSchema = z.discriminatedUnion('type', [
  /** Deletes pods; their controller replaces them. Without `graceSeconds` they get their own. */
  z.strictObject({ type: z.literal('pod-delete'), pods: podsSchema, graceSeconds }),
  /** Takes a workload away until it is healed. */
  z.strictObject({
    type: z.literal('scale-to-zero'),
    kind: z.enum(['Deployment', 'StatefulSet']),
    namespace: z.string().min(1),
    workloads: named,
  }),
  /** No new pods come to the nodes. */
  z.strictObject({ type: z.literal('cordon'), nodes: named }),
  /** Cordons nodes, and evicts their pods as far as disruption budgets allow. */
  z.strictObject({
    type: z.literal('drain'),
    nodes: named,
    /** Only pods of these namespaces; default: of all. */
    namespaces: names.optional(),
    graceSeconds,
    /** An eviction that a disruption budget refuses is tried again for so long. */
    evictWithinSeconds: z.int().min(1).max(600).default(15),
    /** What pods keep in an `emptyDir` is lost when they are evicted. */
    emptyDir: z.enum(['refuse', 'lose']).default('refuse'),
  }),
  /** Cuts pods off by a NetworkPolicy, where the cluster's network plugin enforces these. */
  z.strictObject({
    type: z.literal('isolate'),
    pods: podsSchema,
    directions: z
      .array(z.enum(['ingress', 'egress']))
      .min(1)
      .default(['ingress', 'egress']),
  }),
]);

const deadManSchema = z.strictObject({
  /** An image with `/bin/sh`, `sleep`, `date` and `kubectl`. */
  image: z.string().min(1),
  namespace: z.string().min(1),
  serviceAccount: z.string().min(1),
  /** So long after it was armed it undoes the fault, if nobody has by then. */
  afterSeconds: z.int().min(10).max(86_400),
  /** It has to run within this time, or nothing is injected. */
  runsWithinSeconds: z.int().min(1).max(600).default(10),
});

const schema = z
  .strictObject({
    cluster: clusterSchema,
    fault: faultSchema,
    choose: chooseSchema.default('all'),
    /** Every target has to show the fault within this time. */
    injectWithinSeconds: z.int().min(1).max(600).default(18),
    deadMan: deadManSchema.optional(),
    /** Settled before the injection, and part of the undo entry: never written by a person. */
    pinned: z
      .strictObject({
        run: z.string(),
        objects: z
          .array(
            z.strictObject({
              namespace: z.string().min(1).optional(),
              name: z.string().min(1),
              uid: z.string().min(1),
              /** What a workload had. */
              replicas: z.int().positive().optional(),
            }),
          )
          .min(1),
        /** How many pods were ready where pods are deleted. */
        ready: z.int().min(0).optional(),
      })
      .optional(),
  })
  .superRefine(({ fault, deadMan }, context) => {
    const wrong = (path: string[], expected: string, hint: string): void => {
      context.addIssue({ code: 'custom', path, message: expected, params: { hint } });
    };
    if (deadMan === undefined) return;
    if (fault.type === 'pod-delete') {
      wrong(['deadMan'], 'no dead-man here', 'Deleted pods are replaced by their controller.');
    }
    if (
      fault.type === 'isolate' &&
      fault.pods.namespace === deadMan.namespace &&
      Object.keys(fault.pods.labels ?? {}).length === 0 &&
      fault.pods.names === undefined
    ) {
      const hint =
        'The policy would cut the dead-man off as well: give it another namespace, or the pods labels.';
      wrong(['deadMan', 'namespace'], 'a namespace that is not isolated', hint);
    }
  });

export type KubernetesConfig = z.infer<typeof schema>;
export type KubernetesFault = KubernetesConfig['fault'];
export type FaultOf<Type extends KubernetesFault['type']> = Extract<KubernetesFault, { type: Type }>;
export type DeadMan = NonNullable<KubernetesConfig['deadMan']>;
export type PinnedObject = NonNullable<KubernetesConfig['pinned']>['objects'][number];
export type Named = FaultOf<'cordon'>['nodes'];

export function parseKubernetesConfig(raw: unknown, path: string): Result<KubernetesConfig> {
  return fromZod(schema, raw, path);
}

export function describeKubernetesConfig({ fault, choose, cluster, pinned }: KubernetesConfig): string {
  const where =
    pinned?.objects.map(nameOf).join(', ') ?? `${describeChoose(choose)}${describeTargets(fault)}`;
  return `${describeFault(fault)}: ${where} in ${cluster.context}`;
}

function describeFault(fault: KubernetesFault): string {
  switch (fault.type) {
    case 'pod-delete':
      return fault.graceSeconds === undefined
        ? 'pods deleted'
        : `pods deleted with ${fault.graceSeconds} s of grace`;
    case 'scale-to-zero':
      return `${fault.kind} scaled to zero`;
    case 'cordon':
      return 'nodes cordoned';
    case 'drain':
      return 'nodes cordoned and drained';
    case 'isolate':
      return `pods without ${fault.directions.join(' and ')}`;
  }
}

function describeTargets(fault: KubernetesFault): string {
  if ('pods' in fault) return describePods(fault.pods);
  if ('nodes' in fault) return describeNamed(fault.nodes);
  return `${fault.namespace}/${describeNamed(fault.workloads)}`;
}

function describeNamed(what: Named): string {
  return 'names' in what
    ? what.names.join(', ')
    : Object.entries(what.labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(',');
}

export function nameOf({ namespace, name }: Pick<PinnedObject, 'namespace' | 'name'>): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/**
 * Tells a fault from others, on the objects that it marks. It follows from the settings, so that another process,
 * and a later run, find it again. Who connects, what was chosen and how it is ended is no part of it.
 */
export function markOf({ cluster, fault, choose }: KubernetesConfig): string {
  const settings = JSON.stringify(sorted({ uid: cluster.uid, fault, choose }));
  return createHash('sha256').update(settings).digest('hex').slice(0, 10);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one)]));
}
