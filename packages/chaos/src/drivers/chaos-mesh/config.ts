import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { isOneShot, type FaultSpec } from '../../chaos-mesh/one-shot.ts';
import { fromZod } from '@ordeal/shared/platform/from-zod';
import type { Result } from '@ordeal/shared/platform/diagnostics';
import { z } from 'zod';
import { describeFault, faultSchema, specOf } from './faults/all.ts';
import { whyNoPeer } from './faults/peer.ts';
import { rawSpec } from './faults/raw.ts';
import { chooseSchema, describeChoose, describePods, modeOf, podsSchema, selectorOf } from './pods.ts';

/** The one cluster that this fault may go to. */
export const clusterSchema = z.strictObject({
  /** Default: as `kubectl` finds it. Given, it is the same file for whoever heals. */
  kubeconfig: z
    .string()
    .min(1)
    // The one who heals may work in another folder.
    .transform((path) => resolve(path))
    .optional(),
  context: z.string().min(1, { error: 'The name of the context in the kubeconfig.' }),
  uid: z.string().regex(/^[0-9a-f-]{36}$/, {
    error:
      'The UID of the namespace kube-system: kubectl get namespace kube-system -o jsonpath={.metadata.uid}',
  }),
});

const schema = z
  .strictObject({
    cluster: clusterSchema,
    /** Where the object of Chaos Mesh is created; default: where the pods are. */
    namespace: z.string().min(1).optional(),
    pods: podsSchema.optional(),
    choose: chooseSchema.default('all'),
    fault: faultSchema,
    /** The cluster ends the fault by itself so long after it was created, whatever has become of us. */
    endsAfterSeconds: z.int().min(1).max(86_400).default(600),
    /** Every target has to confirm the fault within this time. */
    injectWithinSeconds: z.int().min(1).max(600).default(25),
    /** One attempt to heal waits so long for the recovery; whoever heals tries again until its own deadline. */
    recoverWithinSeconds: z.int().min(1).max(600).default(25),
    /**
     * A fault that does not recover gets its cleanup forced so long after its deletion. Never, unless it is asked
     * for: an object that is stuck shows everybody that something is left, and one that was forced away does not.
     */
    forceAfterSeconds: z.int().min(1).max(600).optional(),
    /** Settled before the injection, and part of the undo entry: never written by a person. */
    pinned: z
      .strictObject({
        run: z.string().min(1),
        /** `namespace/name` of the pods that were chosen, and out of how many. */
        pods: z.array(z.string().includes('/')).min(1).optional(),
        outOf: z.int().positive().optional(),
      })
      .optional(),
  })
  .superRefine(({ pods, namespace, fault, choose }, context) => {
    const wrong = (path: string[], expected: string, hint: string): void => {
      context.addIssue({ code: 'custom', path, message: expected, params: { hint } });
    };
    if (fault.type === 'raw') {
      if (pods !== undefined) wrong(['pods'], 'no pods here', 'A raw fault has its selector in its spec.');
      if (choose !== 'all') wrong(['choose'], 'no choice here', 'A raw fault has its mode in its spec.');
      if (namespace === undefined) wrong(['namespace'], 'the namespace of the object', 'Add the field.');
      return;
    }
    if (pods === undefined) wrong(['pods'], 'the pods that are meant', 'Add the field.');
    const peer = 'direction' in fault ? whyNoPeer(fault) : undefined;
    if (peer !== undefined) wrong(['fault'], peer, 'Chaos Mesh takes no other combination.');
  });

export type ChaosMeshConfig = z.infer<typeof schema>;
/** As a person writes it. */
export type ChaosMeshSettings = z.input<typeof schema>;

export function parseChaosMeshConfig(raw: unknown, path: string): Result<ChaosMeshConfig> {
  return fromZod(schema, raw, path);
}

export function describeChaosMeshConfig({ fault, pods, choose, cluster, pinned }: ChaosMeshConfig): string {
  const where =
    pinned?.pods === undefined
      ? `${describeChoose(choose)}${pods === undefined ? '' : `${describePods(pods)} `}`
      : `${pinned.pods.join(', ')} `;
  return `${describeFault(fault)} at ${where}in ${cluster.context} (Chaos Mesh)`;
}

/** The namespace of the object. */
export function namespaceOf({ namespace, pods }: ChaosMeshConfig): string {
  return namespace ?? pods?.namespace ?? 'default';
}

/** What is asked of Chaos Mesh. Pods that were chosen before are named in it; else Chaos Mesh chooses. */
export function faultSpecOf(config: ChaosMeshConfig): FaultSpec {
  const { fault, pods, choose, pinned } = config;
  if (fault.type === 'raw') return rawSpec(fault, namespaceOf(config));
  if (pinned?.pods !== undefined) return specOf(fault, { selector: byName(pinned.pods), mode: 'all' });
  if (pods === undefined) throw new Error(`A fault "${fault.type}" without pods.`);
  return specOf(fault, { selector: selectorOf(pods), ...modeOf(choose) });
}

function byName(pods: readonly string[]): { pods: Record<string, string[]> } {
  const grouped = Object.groupBy(pods, (pod) => pod.split('/')[0] ?? '');
  return {
    pods: Object.fromEntries(
      Object.entries(grouped).map(([namespace, names = []]) => [
        namespace,
        names.map((name) => name.slice(namespace.length + 1)),
      ]),
    ),
  };
}

/**
 * The object's name. It follows from the settings, so that another process finds it again, and so that the API
 * server itself keeps the same fault from being in twice. Who connects, and which run it is, is no part of it.
 */
export function objectNameOf(config: ChaosMeshConfig): string {
  const { cluster, ...settings } = { ...config, pinned: undefined };
  const mark = createHash('sha256')
    .update(JSON.stringify(sorted({ ...settings, uid: cluster.uid })))
    .digest('hex')
    .slice(0, 10);
  const what = settings.fault.type === 'raw' ? settings.fault.kind.toLowerCase() : settings.fault.type;
  return `ordeal-${what}-${mark}`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one)]));
}

/** Kills, whose proof is that something else runs afterwards. */
export function isKill(config: ChaosMeshConfig): boolean {
  const { kind, spec } = faultSpecOf(config);
  return kind === 'PodChaos' && isOneShot({ kind, spec });
}
