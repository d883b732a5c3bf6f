import { z } from 'zod';
import type { Result } from '@ordeal/shared/platform/diagnostics';
import { accessFields, namespaceField, type KubernetesAccess } from '../kubernetes/access.ts';
import { parseConfig } from '../parse.ts';

const base = {
  name: z.string().min(1),
  region: z.string().min(1),
  url: z.string().regex(/^postgres(ql)?:\/\//, 'a connection string that begins with postgresql://'),
};

function named<T extends { readonly name: string }>(nodes: readonly T[]): boolean {
  return new Set(nodes.map((one) => one.name)).size === nodes.length;
}

const store = z.discriminatedUnion('mode', [
  z.strictObject({
    mode: z.literal('instances'),
    ...accessFields,
    namespace: namespaceField,
    cluster: z.string().min(1),
    nodes: z
      .array(z.strictObject(base))
      .min(2, 'at least two instances')
      .refine(named, 'nodes with different names'),
    withinSeconds: z.number().positive().default(120),
  }),
  z.strictObject({
    mode: z.literal('clusters'),
    nodes: z
      .array(
        z.strictObject({ ...base, ...accessFields, namespace: namespaceField, cluster: z.string().min(1) }),
      )
      .min(2, 'at least two clusters')
      .refine(named, 'nodes with different names'),
    withinSeconds: z.number().positive().default(120),
  }),
]);

/** An instance of a cluster. Its name is that of its pod. */
export interface InstanceNode {
  readonly name: string;
  readonly region: string;
  /** Connection string straight to this instance. */
  readonly url: string;
}

/** The instances of one CloudNativePG cluster. */
export interface InstancesConfig extends KubernetesAccess {
  readonly mode: 'instances';
  readonly namespace: string;
  /** Name of the `Cluster` object. */
  readonly cluster: string;
  readonly nodes: readonly InstanceNode[];
  /** How long the operator may take for a change. */
  readonly withinSeconds: number;
}

/** A CloudNativePG cluster of its own, one of a distributed topology. */
export interface ClusterNode extends KubernetesAccess {
  readonly name: string;
  readonly region: string;
  /** Connection string to the primary, or the designated primary, of this cluster. */
  readonly url: string;
  readonly namespace: string;
  readonly cluster: string;
}

/** Several CloudNativePG clusters, mostly one a region: one is the primary, the others are replica clusters. */
export interface ClustersConfig {
  readonly mode: 'clusters';
  readonly nodes: readonly ClusterNode[];
  readonly withinSeconds: number;
}

export type CloudNativePgConfig = InstancesConfig | ClustersConfig;

/** Checks a `cloudnative-pg` store's configuration as a platform file states it. */
export function parseCloudNativePgStore(raw: unknown, path: string): Result<CloudNativePgConfig> {
  return parseConfig(
    store,
    raw,
    path,
    'a cloudnative-pg store has mode "instances" with namespace, cluster and nodes: [{ name, region, url }], or mode ' +
      '"clusters" with nodes: [{ name, region, url, namespace, cluster, kubeconfig?, context?, clusterUid? }]; and ' +
      'withinSeconds?',
  );
}
