import type { LeaseHolder, LeaseObject, LeaseState } from '@ordeal/shared/lease/object';
import type { Clock } from '@ordeal/shared/time/clock';
import { isFailure } from '../chaos-mesh/failure.ts';
import { MANAGED_BY, MANAGER } from '../chaos-mesh/labels.ts';
import { orNothing } from '../drivers/kubernetes/scope.ts';
import type { PinnedCluster } from './pinned-cluster.ts';

const HELD_BY = 'ordeal/by';
const SINCE = 'ordeal/since';

interface KubernetesLease {
  readonly metadata?: {
    readonly resourceVersion?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly renewTime?: string;
  };
}

/** A `Lease` of `coordination.k8s.io`. `shown` is the cluster's name for people. */
export function leaseObject(
  connect: PinnedCluster,
  { namespace, name, shown }: { readonly namespace: string; readonly name: string; readonly shown: string },
  clock: Clock,
): LeaseObject {
  const kind = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases', namespace };
  const what = `lease ${namespace}/${name}`;
  const bodyOf = ({ run, by, since }: LeaseHolder, seconds: number, version?: string): object => ({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name,
      namespace,
      labels: { [MANAGED_BY]: MANAGER },
      annotations: { [HELD_BY]: by, [SINCE]: since },
      ...(version === undefined ? {} : { resourceVersion: version }),
    },
    spec: {
      holderIdentity: run,
      leaseDurationSeconds: seconds,
      // The API takes microseconds here, and no fewer.
      renewTime: new Date(clock.wall()).toISOString().replace('Z', '000Z'),
    },
  });
  return {
    where: `the Lease ${namespace}/${name} in ${shown}`,

    async read(signal) {
      const cluster = await connect(signal);
      const found = await orNothing(
        cluster.call(
          `reading ${what}`,
          (how) => cluster.custom.getNamespacedCustomObject({ ...kind, name }, how),
          { signal },
        ),
      );
      return found === undefined ? undefined : stateOf(found as KubernetesLease);
    },

    async create(holder, seconds, signal) {
      const cluster = await connect(signal);
      try {
        const body = bodyOf(holder, seconds);
        return versionOf(
          await cluster.call(
            `creating ${what}`,
            (how) => cluster.custom.createNamespacedCustomObject({ ...kind, body }, how),
            { signal },
          ),
        );
      } catch (error) {
        if (isFailure(error, 'already-exists')) return undefined;
        throw error;
      }
    },

    async replace(version, holder, seconds, signal) {
      const cluster = await connect(signal);
      try {
        const body = bodyOf(holder, seconds, version);
        return versionOf(
          await cluster.call(
            `writing ${what}`,
            (how) => cluster.custom.replaceNamespacedCustomObject({ ...kind, name, body }, how),
            { signal },
          ),
        );
      } catch (error) {
        if (isFailure(error, 'conflict', 'not-found')) return undefined;
        throw error;
      }
    },

    async remove(version, signal) {
      const cluster = await connect(signal);
      try {
        await cluster.call(
          `deleting ${what}`,
          (how) =>
            cluster.custom.deleteNamespacedCustomObject(
              { ...kind, name, body: { preconditions: { resourceVersion: version } } },
              how,
            ),
          { signal },
        );
        return true;
      } catch (error) {
        if (isFailure(error, 'conflict', 'not-found')) return false;
        throw error;
      }
    },
  };
}

function versionOf(answer: unknown): string {
  return (answer as KubernetesLease).metadata?.resourceVersion ?? '';
}

function stateOf({ metadata, spec }: KubernetesLease): LeaseState {
  return {
    holder: {
      run: spec?.holderIdentity ?? 'unknown',
      by: metadata?.annotations?.[HELD_BY] ?? 'somebody',
      since: metadata?.annotations?.[SINCE] ?? 'an unknown time',
    },
    renewedAt: Date.parse(spec?.renewTime ?? ''),
    seconds: spec?.leaseDurationSeconds ?? Number.NaN,
    version: metadata?.resourceVersion ?? '',
  };
}
