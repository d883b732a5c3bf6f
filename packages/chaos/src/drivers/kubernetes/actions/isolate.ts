import { PatchStrategy, type V1NetworkPolicy, type V1Pod } from '@kubernetes/client-node';
import type { FaultStatus } from '@ordeal/shared/drivers/fault';
import { listPods } from '../../../chaos-mesh/cluster.ts';
import { isFailure } from '../../../chaos-mesh/failure.ts';
import { labelSelector, MANAGED_BY, MANAGER, RUN_LABEL } from '../../../chaos-mesh/labels.ts';
import { podName, selectPods } from '../../../chaos-mesh/select-pods.ts';
import { selectorOf } from '../../chaos-mesh/pods.ts';
import type { Action } from '../action.ts';
import { nameOf as pathOf, type FaultOf } from '../config.ts';
import {
  calling,
  changeSafely,
  FAULT_LABEL,
  insist,
  markOn,
  orNothing,
  throwIfAnother,
  throwIfTaken,
  type KubernetesScope,
} from '../scope.ts';

/** Label of pods that were chosen, where the policy cannot name them by their own. */
export const ISOLATED = 'ordeal/isolated';

const POLICIES = { group: 'networking.k8s.io', version: 'v1', plural: 'networkpolicies' } as const;

/** Cuts pods off by a NetworkPolicy of our own that allows nothing. */
export function isolateAction(scope: KubernetesScope<FaultOf<'isolate'>>): Action {
  const { cluster, fault, mark, run, context } = scope;
  const { namespace } = fault.pods;
  const name = `ordeal-isolate-${mark}`;
  const address = { ...POLICIES, namespace };
  const nameOf = (object: { readonly namespace?: string | undefined; readonly name: string }): string =>
    `pod ${pathOf({ namespace, ...object })}`;
  const byOwnLabels = scope.config.choose === 'all' && hasOnlyLabels(fault.pods);
  const chosen = { [ISOLATED]: mark };
  const policy: V1NetworkPolicy = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: {
      name,
      namespace,
      labels: { [MANAGED_BY]: MANAGER, [FAULT_LABEL]: mark, [RUN_LABEL]: run },
    },
    spec: {
      podSelector: { matchLabels: byOwnLabels ? (fault.pods.labels ?? {}) : chosen },
      policyTypes: fault.directions.map((one) => (one === 'ingress' ? 'Ingress' : 'Egress')),
    },
  };
  const readPolicy = (): Promise<V1NetworkPolicy | undefined> =>
    orNothing(
      cluster.call(
        `reading networkpolicy ${namespace}/${name}`,
        (how) =>
          cluster.custom.getNamespacedCustomObject({ ...address, name }, how) as Promise<V1NetworkPolicy>,
        calling(scope),
      ),
    );
  const readPod = (pod: string): Promise<V1Pod | undefined> =>
    orNothing(
      cluster.call(
        `reading pod ${namespace}/${pod}`,
        (how) => cluster.core.readNamespacedPod({ name: pod, namespace }, how),
        calling(scope),
      ),
    );
  const patchPod =
    (pod: string) =>
    (body: object): Promise<unknown> =>
      cluster.call(
        `labelling pod ${namespace}/${pod}`,
        (how) => cluster.core.patchNamespacedPod({ name: pod, namespace, body }, how),
        { ...calling(scope), contentType: PatchStrategy.MergePatch },
      );
  const labelled = () =>
    insist(scope, () =>
      listPods(cluster, { namespace, labelSelector: labelSelector(chosen) }, calling(scope)),
    );

  return {
    nameOf,

    async find() {
      const found = await insist(scope, () =>
        selectPods(cluster, selectorOf(fault.pods), namespace, calling(scope)),
      );
      return found.map((pod) => ({
        name: nameOf({ name: pod.metadata?.name ?? '' }),
        object: { namespace, name: pod.metadata?.name ?? '', uid: pod.metadata?.uid ?? '' },
      }));
    },

    async prepare() {
      await insist(scope, async () => {
        const there = await readPolicy();
        if (there !== undefined) return;
        await cluster
          .call(
            `creating networkpolicy ${namespace}/${name}`,
            (how) => cluster.custom.createNamespacedCustomObject({ ...address, body: policy }, how),
            calling(scope),
          )
          // An earlier attempt, whose answer was lost, has created it.
          .catch((error: unknown) => {
            if (!isFailure(error, 'already-exists')) throw error;
          });
      });
      const there = await insist(scope, readPolicy);
      throwIfTaken(scope, `networkpolicy ${namespace}/${name}`, there?.metadata);
      if (markOn(scope, there?.metadata) !== 'ours') {
        throw new Error(`There is a networkpolicy ${namespace}/${name} already, which is not ours.`);
      }
    },

    async inject({ name: pod, uid }) {
      if (!byOwnLabels) {
        const what = nameOf({ name: pod });
        const now = await changeSafely(
          scope,
          () => readPod(pod),
          patchPod(pod),
          ({ metadata }) => {
            throwIfAnother(what, uid, metadata);
            return metadata?.labels?.[ISOLATED] === mark ? undefined : { metadata: { labels: chosen } };
          },
        );
        if (now === undefined) throw new Error(`${what} is gone since it was chosen.`);
      }
      return `networkpolicy ${name} allows no ${fault.directions.join(' and no ')}; enforcing it is up to the network plugin`;
    },

    async status(): Promise<FaultStatus> {
      const there = await insist(scope, readPolicy);
      const ours = there !== undefined && ['ours', 'earlier'].includes(markOn(scope, there.metadata));
      const pods = await labelled();
      if (ours) return { state: 'present', detail: `networkpolicy ${namespace}/${name}` };
      if (pods.length === 0) return { state: 'absent' };
      return { state: 'present', detail: `the label ${ISOLATED} on ${pods.map(podName).join(', ')}` };
    },

    async heal() {
      const hadPolicy = await insist(scope, async () => {
        const there = await readPolicy();
        if (there === undefined) return false;
        const state = markOn(scope, there.metadata);
        if (state === 'none' || state === 'other') {
          context.say(`networkpolicy ${namespace}/${name} carries our label no more: left as it is`);
          return true;
        }
        const { uid = '' } = there.metadata ?? {};
        await orNothing(
          cluster.call(
            `deleting networkpolicy ${namespace}/${name}`,
            (how) =>
              cluster.custom.deleteNamespacedCustomObject(
                { ...address, name, body: { preconditions: { uid } } },
                how,
              ),
            calling(scope),
          ),
        );
        return true;
      });
      const cut = await labelled();
      for (const { metadata } of cut) {
        const pod = metadata?.name ?? '';
        await changeSafely(
          scope,
          () => readPod(pod),
          patchPod(pod),
          (now) =>
            now.metadata?.labels?.[ISOLATED] === mark
              ? { metadata: { labels: { [ISOLATED]: null } } }
              : undefined,
        );
      }
      const labels = byOwnLabels ? 0 : (scope.config.pinned?.objects ?? []).length;
      return hadPolicy && cut.length >= labels;
    },

    deadMan: () => ({
      calls: [
        ['--namespace', namespace, 'delete', `networkpolicy/${name}`, '--ignore-not-found'],
        ...(byOwnLabels
          ? []
          : [
              [
                '--namespace',
                namespace,
                'label',
                'pods',
                '--selector',
                labelSelector(chosen),
                `${ISOLATED}-`,
              ],
            ]),
      ],
      rights: [
        {
          namespace,
          apiGroup: 'networking.k8s.io',
          resource: 'networkpolicies',
          verbs: ['get', 'delete'],
          names: [name],
        },
        ...(byOwnLabels
          ? []
          : [{ namespace, apiGroup: '', resource: 'pods', verbs: ['get', 'list', 'patch'] }]),
      ],
    }),
  };
}

/** Whether a policy can name the pods as they were named: new ones are cut off too then. */
function hasOnlyLabels({ annotations, nodes, names }: FaultOf<'isolate'>['pods']): boolean {
  return annotations === undefined && nodes === undefined && names === undefined;
}
