import { PatchStrategy, type V1Node } from '@kubernetes/client-node';
import type { FaultStatus } from '@ordeal/shared/drivers/fault';
import { listNodes } from '../../../chaos-mesh/cluster.ts';
import { labelSelector } from '../../../chaos-mesh/labels.ts';
import type { Action } from '../action.ts';
import type { FaultOf } from '../config.ts';
import { removals, testMark } from '../json-patch.ts';
import {
  calling,
  changeSafely,
  FAULT_LABEL,
  insist,
  marked,
  markOn,
  orNothing,
  throwIfAnother,
  throwIfTaken,
  unmarked,
  type KubernetesScope,
} from '../scope.ts';
import { evictPods, podsToEvict } from './evict.ts';

const nameOf = ({ name }: { readonly name: string }): string => `node ${name}`;

/** Cordons nodes, and drains them if that is asked for. Healing makes them schedulable again; pods do not move back. */
export function nodesAction(scope: KubernetesScope<FaultOf<'cordon' | 'drain'>>): Action {
  const { cluster, fault, context } = scope;
  const read = (name: string): Promise<V1Node | undefined> =>
    orNothing(
      cluster.call(`reading node ${name}`, (how) => cluster.core.readNode({ name }, how), calling(scope)),
    );
  const patch =
    (name: string) =>
    (body: object): Promise<unknown> =>
      cluster.call(`patching node ${name}`, (how) => cluster.core.patchNode({ name, body }, how), {
        ...calling(scope),
        contentType: PatchStrategy.MergePatch,
      });
  const withMark = () =>
    insist(scope, () => listNodes(cluster, labelSelector({ [FAULT_LABEL]: scope.mark }), calling(scope)));

  return {
    nameOf,

    async find() {
      const wanted = fault.nodes;
      const selector = 'labels' in wanted ? labelSelector(wanted.labels) : '';
      const all = await insist(scope, () => listNodes(cluster, selector, calling(scope)));
      const found = all.filter(({ metadata }) =>
        'names' in wanted ? wanted.names.includes(metadata?.name ?? '') : true,
      );
      const candidates = found.flatMap(({ metadata, spec }) => {
        const { name = '', uid = '' } = metadata ?? {};
        throwIfTaken(scope, nameOf({ name }), metadata);
        if (spec?.unschedulable === true && markOn(scope, metadata) === 'none') {
          context.say(`node ${name} is cordoned already, by somebody else: it is no target`);
          return [];
        }
        return [{ name: nameOf({ name }), object: { name, uid } }];
      });
      if (fault.type === 'drain') {
        for (const { object } of candidates) await podsToEvict({ ...scope, fault }, object.name);
      }
      return candidates;
    },

    async inject({ name, uid }) {
      const what = nameOf({ name });
      const now = await changeSafely(
        scope,
        () => read(name),
        patch(name),
        ({ metadata, spec }) => {
          throwIfAnother(what, uid, metadata);
          throwIfTaken(scope, what, metadata);
          if (markOn(scope, metadata) === 'ours') return undefined;
          if (spec?.unschedulable === true) {
            throw new Error(`${what} was cordoned by somebody else since it was chosen.`);
          }
          return { metadata: marked(scope, 'schedulable'), spec: { unschedulable: true } };
        },
      );
      if (now === undefined) throw new Error(`${what} is gone since it was chosen.`);
      if (fault.type === 'cordon') return 'cordoned';
      return `cordoned; ${await evictPods({ ...scope, fault }, name)}`;
    },

    async status(): Promise<FaultStatus> {
      const found = await withMark();
      if (found.length === 0) return { state: 'absent' };
      return {
        state: 'present',
        detail: `${found.map(({ metadata }) => nameOf({ name: metadata?.name ?? '' })).join(', ')} cordoned`,
      };
    },

    async heal() {
      const chosen = (scope.config.pinned?.objects ?? []).map(({ name }) => name);
      const found = (await withMark()).map(({ metadata }) => metadata?.name ?? '');
      for (const name of new Set([...found, ...chosen])) {
        const now = await changeSafely(
          scope,
          () => read(name),
          patch(name),
          ({ metadata, spec }) => {
            const state = markOn(scope, metadata);
            if (state === 'none' || state === 'other') return undefined;
            if (spec?.unschedulable === true) return { metadata: unmarked, spec: { unschedulable: null } };
            context.say(`node ${name} was made schedulable by somebody else since`);
            return { metadata: unmarked };
          },
        );
        if (now === undefined) context.say(`node ${name} is gone: nothing is left to undo`);
      }
      return found.length >= Math.max(1, chosen.length);
    },

    deadMan: (objects) => ({
      calls: objects.map(({ name }) => [
        'patch',
        `node/${name}`,
        '--type=json',
        '--patch',
        JSON.stringify([
          testMark(scope.mark),
          { op: 'test', path: '/spec/unschedulable', value: true },
          { op: 'remove', path: '/spec/unschedulable' },
          ...removals,
        ]),
      ]),
      rights: [
        {
          apiGroup: '',
          resource: 'nodes',
          verbs: ['get', 'patch'],
          names: objects.map(({ name }) => name),
        },
      ],
    }),
  };
}
