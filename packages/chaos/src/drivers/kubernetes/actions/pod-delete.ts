import type { V1Pod } from '@kubernetes/client-node';
import type { FaultStatus } from '@ordeal/shared/drivers/fault';
import { isFailure } from '../../../chaos-mesh/failure.ts';
import { podName, selectPods } from '../../../chaos-mesh/select-pods.ts';
import { selectorOf } from '../../chaos-mesh/pods.ts';
import type { Action } from '../action.ts';
import { nameOf as pathOf, type FaultOf } from '../config.ts';
import { calling, insist, orNothing, awaited, type KubernetesScope } from '../scope.ts';
import { controllerOf } from './evict.ts';

const LOOK_EVERY_MS = 250;

const nameOf = (object: Parameters<typeof pathOf>[0]): string => `pod ${pathOf(object)}`;

/** Deletes pods that a controller brings back. */
export function podDeleteAction(scope: KubernetesScope<FaultOf<'pod-delete'>>): Action {
  const { cluster, fault, context } = scope;
  const action: Action = {
    nameOf,

    async find() {
      const pods = await matching(scope);
      const bare = pods.filter((pod) => controllerOf(pod) === undefined);
      if (bare.length > 0) {
        throw new Error(`${bare.map(podName).join(', ')} would be lost: no controller brings it back.`);
      }
      return pods
        .filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
        .map(({ metadata }) => {
          const { namespace = '', name = '', uid = '' } = metadata ?? {};
          return { name: nameOf({ namespace, name }), object: { namespace, name, uid } };
        });
    },

    async inject({ namespace = '', name, uid }) {
      const what = nameOf({ namespace, name });
      const read = (): Promise<V1Pod | undefined> =>
        orNothing(
          cluster.call(
            `reading ${what}`,
            (how) => cluster.core.readNamespacedPod({ name, namespace }, how),
            calling(scope),
          ),
        );
      if ((await insist(scope, read))?.metadata?.uid !== uid) {
        throw new Error(`${what} is gone since it was chosen.`);
      }
      await insist(scope, () =>
        cluster
          .call(
            `deleting ${what}`,
            (how) =>
              cluster.core.deleteNamespacedPod(
                {
                  name,
                  namespace,
                  body: {
                    preconditions: { uid },
                    ...(fault.graceSeconds === undefined ? {} : { gracePeriodSeconds: fault.graceSeconds }),
                  },
                },
                how,
              ),
            calling(scope),
          )
          // An earlier attempt, whose answer was lost, has deleted it: it is gone, or another has its name.
          .catch((error: unknown) => {
            if (!isFailure(error, 'not-found', 'conflict')) throw error;
          }),
      );
      return awaited(
        scope,
        async () => {
          const now = await read();
          if (now?.metadata?.uid !== uid) return `${uid} is gone`;
          const { deletionTimestamp, deletionGracePeriodSeconds } = now.metadata;
          return deletionTimestamp === undefined
            ? undefined
            : `${uid} is ending, with ${deletionGracePeriodSeconds ?? 0} s of grace`;
        },
        () => `${what} is not being deleted although that was accepted.`,
      );
    },

    async status(): Promise<FaultStatus> {
      const pods = await matching(scope, 'any phase');
      const ready = pods.filter(isReady).length;
      const chosen = new Set((scope.config.pinned?.objects ?? []).map(({ uid }) => uid));
      const ending = pods.filter(
        ({ metadata }) =>
          metadata?.deletionTimestamp !== undefined && (chosen.size === 0 || chosen.has(metadata.uid ?? '')),
      );
      const wanted = Math.max(1, scope.config.pinned?.ready ?? 1);
      if (ready >= wanted && ending.length === 0) return { state: 'absent' };
      const still = ending.length === 0 ? '' : `, ${ending.map(podName).join(', ')} still ending`;
      return { state: 'present', detail: `${ready} pods of ${wanted} ready${still}` };
    },

    async heal() {
      // Nothing of ours is in the way: their controller is at work, and how long it takes is its own business.
      for (;;) {
        const status = await action.status();
        // A pod that is deleted later is replaced as well.
        if (status.state === 'absent') return true;
        if (context.clock.now() > scope.until) {
          throw new Error(status.state === 'present' ? `${status.detail}.` : status.reason);
        }
        await context.clock.sleep(LOOK_EVERY_MS, context.signal);
      }
    },

    deadMan: () => ({ calls: [], rights: [] }),
  };
  return action;
}

/** The pods by the selector, as it was written: a replacement has a name that nobody could choose before. */
export function matching(
  scope: KubernetesScope<FaultOf<'pod-delete'>>,
  phases: 'as configured' | 'any phase' = 'as configured',
): Promise<readonly V1Pod[]> {
  const { podPhaseSelectors, ...any } = selectorOf(scope.fault.pods);
  const selector =
    phases === 'any phase' || podPhaseSelectors === undefined ? any : { ...any, podPhaseSelectors };
  return insist(scope, () => selectPods(scope.cluster, selector, scope.fault.pods.namespace, calling(scope)));
}

export function isReady({ metadata, status }: V1Pod): boolean {
  return (
    metadata?.deletionTimestamp === undefined &&
    (status?.conditions ?? []).some(({ type, status: is }) => type === 'Ready' && is === 'True')
  );
}
