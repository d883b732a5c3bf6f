import { PatchStrategy, type V1Deployment } from '@kubernetes/client-node';
import type { FaultStatus } from '@ordeal/shared/drivers/fault';
import { labelSelector } from '../../../chaos-mesh/labels.ts';
import type { Action } from '../action.ts';
import { nameOf as pathOf, type FaultOf, type PinnedObject } from '../config.ts';
import { removals, testMark } from '../json-patch.ts';
import {
  calling,
  changeSafely,
  FAULT_LABEL,
  insist,
  marked,
  markOn,
  ORIGINAL,
  orNothing,
  throwIfAnother,
  throwIfTaken,
  unmarked,
  awaited,
  type KubernetesScope,
} from '../scope.ts';

/** The part of both kinds of workload that counts here. */
type Workload = Pick<V1Deployment, 'metadata' | 'spec' | 'status'>;

const PLURALS = { Deployment: 'deployments', StatefulSet: 'statefulsets' } as const;

/** Scales workloads to zero, and back to what they had. */
export function scaleAction(scope: KubernetesScope<FaultOf<'scale-to-zero'>>): Action {
  const { cluster, fault, context } = scope;
  const address = {
    group: 'apps',
    version: 'v1',
    plural: PLURALS[fault.kind],
    namespace: fault.namespace,
  };
  const nameOf = (object: Pick<PinnedObject, 'namespace' | 'name'>): string =>
    `${fault.kind.toLowerCase()} ${pathOf(object)}`;
  const list = async (selector: string): Promise<readonly Workload[]> => {
    const found: { items: Workload[] } = await cluster.call(
      `listing the ${address.plural} in namespace ${fault.namespace}`,
      (how) => cluster.custom.listNamespacedCustomObject({ ...address, labelSelector: selector }, how),
      calling(scope),
    );
    return found.items;
  };
  const read = (name: string): Promise<Workload | undefined> =>
    orNothing(
      cluster.call(
        `reading ${nameOf({ namespace: fault.namespace, name })}`,
        (how) => cluster.custom.getNamespacedCustomObject({ ...address, name }, how) as Promise<Workload>,
        calling(scope),
      ),
    );
  const patch =
    (name: string) =>
    (body: object): Promise<unknown> =>
      cluster.call(
        `scaling ${nameOf({ namespace: fault.namespace, name })}`,
        (how) => cluster.custom.patchNamespacedCustomObject({ ...address, name, body }, how),
        { ...calling(scope), contentType: PatchStrategy.MergePatch },
      );
  const withMark = () => insist(scope, () => list(labelSelector({ [FAULT_LABEL]: scope.mark })));

  return {
    nameOf,

    async find() {
      const wanted = fault.workloads;
      const all = await insist(scope, () => list('labels' in wanted ? labelSelector(wanted.labels) : ''));
      const found = all.filter(({ metadata }) =>
        'names' in wanted ? wanted.names.includes(metadata?.name ?? '') : true,
      );
      if ('names' in wanted && found.length < wanted.names.length) {
        const missing = wanted.names.filter((name) => !found.some((one) => one.metadata?.name === name));
        throw new Error(`There is no ${fault.kind} ${missing.join(', ')} in namespace ${fault.namespace}.`);
      }
      return found.map(({ metadata, spec }) => {
        const { name = '', uid = '' } = metadata ?? {};
        const object = { namespace: fault.namespace, name, uid, replicas: spec?.replicas ?? 1 };
        throwIfTaken(scope, nameOf(object), metadata);
        if (object.replicas === 0 && markOn(scope, metadata) === 'none') {
          throw new Error(`${nameOf(object)} has no replicas: there is nothing to take away.`);
        }
        return { name: nameOf(object), object };
      });
    },

    async inject({ namespace, name, uid, replicas }) {
      const what = nameOf({ namespace: namespace ?? fault.namespace, name });
      await changeSafely(
        scope,
        () => read(name),
        patch(name),
        ({ metadata, spec }) => {
          throwIfAnother(what, uid, metadata);
          throwIfTaken(scope, what, metadata);
          if (markOn(scope, metadata) === 'ours') return undefined;
          const now = spec?.replicas ?? 1;
          if (now !== replicas) {
            throw new Error(`${what} was scaled from ${replicas} to ${now} since it was chosen.`);
          }
          return { metadata: marked(scope, `replicas=${replicas}`), spec: { replicas: 0 } };
        },
      );
      let left = 'its controller has not acted on that: is it at work?';
      await awaited(
        scope,
        async () => {
          const now = await read(name);
          if (now === undefined) throw new Error(`${what} was deleted while it was being scaled.`);
          if (markOn(scope, now.metadata) !== 'ours' || now.spec?.replicas !== 0) {
            throw new Error(
              `${what} does not stay at zero: somebody scaled it to ${now.spec?.replicas ?? 1}.`,
            );
          }
          if ((now.status?.observedGeneration ?? 0) < (now.metadata?.generation ?? 0)) return undefined;
          const replicasLeft = now.status?.replicas ?? 0;
          left = `${replicasLeft} replicas are left.`;
          return replicasLeft === 0 ? true : undefined;
        },
        () => `${what} is scaled to zero, but ${left}`,
      );
      return `scaled from ${replicas} to 0`;
    },

    async status(): Promise<FaultStatus> {
      const found = await withMark();
      if (found.length === 0) return { state: 'absent' };
      const names = found.map(({ metadata }) =>
        nameOf({ namespace: fault.namespace, name: metadata?.name ?? '' }),
      );
      return { state: 'present', detail: `${names.join(', ')} at zero` };
    },

    async heal() {
      const chosen = scope.config.pinned?.objects ?? [];
      const found = (await withMark()).map(({ metadata }) => metadata?.name ?? '');
      for (const name of new Set([...found, ...chosen.map((one) => one.name)])) {
        const what = nameOf({ namespace: fault.namespace, name });
        const pinned = chosen.find((one) => one.name === name);
        const now = await changeSafely(
          scope,
          () => read(name),
          patch(name),
          ({ metadata, spec }) => {
            const state = markOn(scope, metadata);
            if (state === 'none' || state === 'other') return undefined;
            const original = originalOf(metadata?.annotations?.[ORIGINAL]) ?? pinned?.replicas;
            if (spec?.replicas !== 0) {
              context.say(
                `${what} has ${spec?.replicas ?? 1} replicas, which somebody else has asked for since: left as it is`,
              );
              return { metadata: unmarked };
            }
            if (original === undefined) {
              throw new Error(`How many replicas ${what} had is not known any more; scale it by hand.`);
            }
            return { metadata: unmarked, spec: { replicas: original } };
          },
        );
        if (now === undefined)
          context.say(`${what} is gone: somebody has deleted it, nothing is left to undo`);
      }
      return found.length >= Math.max(1, chosen.length);
    },

    deadMan: (objects) => ({
      calls: objects.map(({ name, replicas }) => [
        '--namespace',
        fault.namespace,
        'patch',
        `${fault.kind.toLowerCase()}/${name}`,
        '--type=json',
        '--patch',
        JSON.stringify([
          testMark(scope.mark),
          { op: 'test', path: '/spec/replicas', value: 0 },
          { op: 'replace', path: '/spec/replicas', value: replicas },
          ...removals,
        ]),
      ]),
      rights: [
        {
          namespace: fault.namespace,
          apiGroup: 'apps',
          resource: PLURALS[fault.kind],
          verbs: ['get', 'patch'],
          names: objects.map(({ name }) => name),
        },
      ],
    }),
  };
}

function originalOf(annotation: string | undefined): number | undefined {
  const replicas = /^replicas=([1-9]\d*)$/.exec(annotation ?? '')?.[1];
  return replicas === undefined ? undefined : Number(replicas);
}
