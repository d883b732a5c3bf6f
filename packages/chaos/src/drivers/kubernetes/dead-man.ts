import type { V1Job } from '@kubernetes/client-node';
import { isFailure } from '../../chaos-mesh/failure.ts';
import { MANAGED_BY, MANAGER, RUN_LABEL } from '../../chaos-mesh/labels.ts';
import type { Action } from './action.ts';
import type { DeadMan, KubernetesConfig, PinnedObject } from './config.ts';
import { deadManScript } from './dead-man-script.ts';
import {
  calling,
  FAULT_LABEL,
  insist,
  markOn,
  orNothing,
  throwIfTaken,
  awaited,
  type KubernetesScope,
} from './scope.ts';

/** Time for its own work, after which the cluster ends it. */
const WORK_SECONDS = 120;
/** What has finished is deleted by the cluster if nobody else has. */
const KEPT_SECONDS = 3_600;

const JOBS = { group: 'batch', version: 'v1', plural: 'jobs' } as const;

export function deadManName(mark: string): string {
  return `ordeal-dead-man-${mark}`;
}

/** The Job that undoes a fault when nobody else has. `now`: Unix ms at which it is armed. */
export function deadManJob(
  scope: Pick<KubernetesScope, 'mark' | 'run' | 'config'>,
  deadMan: DeadMan,
  action: Pick<Action, 'deadMan'>,
  objects: readonly PinnedObject[],
  now: number,
): V1Job {
  const { mark, run } = scope;
  const labels = { [MANAGED_BY]: MANAGER, [FAULT_LABEL]: mark, [RUN_LABEL]: run };
  const script = deadManScript(action.deadMan(objects).calls, {
    at: now / 1000 + deadMan.afterSeconds,
    atMost: deadMan.afterSeconds,
  });
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: deadManName(mark), namespace: deadMan.namespace, labels },
    spec: {
      backoffLimit: 10,
      activeDeadlineSeconds: deadMan.afterSeconds + WORK_SECONDS,
      ttlSecondsAfterFinished: KEPT_SECONDS,
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: deadMan.serviceAccount,
          restartPolicy: 'OnFailure',
          terminationGracePeriodSeconds: 1,
          ...awayFrom(scope.config, objects),
          containers: [{ name: 'dead-man', image: deadMan.image, command: ['/bin/sh', '-c', script] }],
        },
      },
    },
  };
}

/** A dead-man does not run on a node that is taken away. */
function awayFrom({ fault }: KubernetesConfig, objects: readonly PinnedObject[]): object {
  if (!('nodes' in fault)) return {};
  const expression = {
    key: 'metadata.name',
    operator: 'NotIn',
    values: objects.map(({ name }) => name),
  };
  return {
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchFields: [expression] }],
        },
      },
    },
  };
}

/** Puts the dead-man in place, and waits until it runs: one that does not run yet might never. */
export async function armDeadMan(
  scope: KubernetesScope,
  action: Action,
  objects: readonly PinnedObject[],
): Promise<void> {
  const { deadMan } = scope.config;
  if (deadMan === undefined) return;
  await requireServiceAccount(scope, deadMan);
  const { clock } = scope.context;
  const body = deadManJob(scope, deadMan, action, objects, clock.wall());
  const what = `job ${deadMan.namespace}/${deadManName(scope.mark)}`;
  await insist(scope, () =>
    scope.cluster
      .call(
        `creating ${what}`,
        (how) =>
          scope.cluster.custom.createNamespacedCustomObject(
            { ...JOBS, namespace: deadMan.namespace, body },
            how,
          ),
        calling(scope),
      )
      // An earlier attempt, whose answer was lost, has created it.
      .catch((error: unknown) => {
        if (!isFailure(error, 'already-exists')) throw error;
      }),
  );
  const patient = { ...scope, until: clock.now() + deadMan.runsWithinSeconds * 1000 };
  await awaited(
    patient,
    async () => {
      const job = await readJob(scope, deadMan);
      throwIfTaken(scope, what, job?.metadata);
      if (job === undefined) throw new Error(`The dead-man (${what}) was deleted before the fault was in.`);
      return (job.status?.ready ?? 0) > 0 ? true : undefined;
    },
    () =>
      `The dead-man (${what}) does not run after ${deadMan.runsWithinSeconds} s, so nothing is injected: look at its pod.`,
  );
}

/** Whether the dead-man stands. */
export async function deadManStands(scope: KubernetesScope): Promise<string | undefined> {
  const { deadMan } = scope.config;
  if (deadMan === undefined) return undefined;
  const job = await insist(scope, () => readJob(scope, deadMan));
  const ours = ['ours', 'earlier'].includes(markOn(scope, job?.metadata));
  return ours ? `its dead-man, job ${deadMan.namespace}/${deadManName(scope.mark)}` : undefined;
}

/** Takes the dead-man away, after everything was undone. */
export async function disarmDeadMan(scope: KubernetesScope): Promise<void> {
  const { deadMan } = scope.config;
  if (deadMan === undefined) return;
  const name = deadManName(scope.mark);
  await insist(scope, () =>
    orNothing(
      scope.cluster.call(
        `deleting job ${deadMan.namespace}/${name}`,
        (how) =>
          scope.cluster.custom.deleteNamespacedCustomObject(
            { ...JOBS, namespace: deadMan.namespace, name, propagationPolicy: 'Background' },
            how,
          ),
        calling(scope),
      ),
    ),
  );
}

function readJob(scope: KubernetesScope, { namespace }: DeadMan): Promise<V1Job | undefined> {
  const name = deadManName(scope.mark);
  return orNothing(
    scope.cluster.call(
      `reading job ${namespace}/${name}`,
      (how) =>
        scope.cluster.custom.getNamespacedCustomObject({ ...JOBS, namespace, name }, how) as Promise<V1Job>,
      calling(scope),
    ),
  );
}

async function requireServiceAccount(scope: KubernetesScope, deadMan: DeadMan): Promise<void> {
  const { serviceAccount: name, namespace } = deadMan;
  const found = await insist(scope, () =>
    orNothing(
      scope.cluster.call(
        `reading serviceaccount ${namespace}/${name}`,
        (how) => scope.cluster.core.readNamespacedServiceAccount({ name, namespace }, how),
        calling(scope),
      ),
    ),
  );
  if (found === undefined) {
    throw new Error(
      `The dead-man's service account ${namespace}/${name} is not there: apply the manifest that deadManManifest gives.`,
    );
  }
}
