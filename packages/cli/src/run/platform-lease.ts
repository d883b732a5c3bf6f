import { hostname, userInfo } from 'node:os';
import { holdLease, type HeldLease } from '@ordeal/shared/lease/hold';
import type { Platform } from '@ordeal/shared/platform/platform';
import type { Clock } from '@ordeal/shared/time/clock';
import { leaseFolder, takeLease } from './lease.ts';

export interface LeaseRequest {
  readonly platform: Platform;
  readonly run: string;
  readonly pid: number;
  readonly startedAt: Date;
  readonly clock: Clock;
  readonly say: (message: string) => void;
}

/** Who starts a run, and where, for people on other machines. */
export function whoIsHere(): string {
  return `${userInfo().username}@${hostname()}`;
}

/** Takes the one lease on a platform: on this machine, and on its cluster where the platform names one. */
export async function leasePlatform(request: LeaseRequest): Promise<HeldLease> {
  const { platform, run, pid, startedAt } = request;
  const here = takeLease(leaseFolder(), platform, run, pid, startedAt);
  if (!here.taken) {
    const { holder } = here;
    const reason = `run ${holder.run} has been at work on this platform since ${holder.since}: wait for it, or end it`;
    return { taken: false, reason };
  }
  const there = await leaseOnCluster(request);
  if (there?.taken === false) here.release();
  if (there !== undefined && !there.taken) return there;
  return {
    taken: true,
    signal: there?.signal ?? new AbortController().signal,
    release: async () => {
      await there?.release();
      here.release();
    },
  };
}

/** Undefined when the platform names no cluster to agree on. */
async function leaseOnCluster({
  platform,
  run,
  startedAt,
  clock,
  say,
}: LeaseRequest): Promise<HeldLease | undefined> {
  const { coordination } = platform.guardrails;
  if (coordination === undefined) return undefined;
  const [{ pinnedCluster }, { leaseObject }] = await Promise.all([
    import('@ordeal/chaos/coordination/pinned-cluster'),
    import('@ordeal/chaos/coordination/lease-object'),
  ]);
  const { cluster, namespace } = coordination;
  const place = { namespace, name: `ordeal-${platform.name}`, shown: cluster.context };
  return holdLease(
    leaseObject(pinnedCluster(cluster, clock), place, clock),
    { run, by: whoIsHere(), since: startedAt.toISOString() },
    { clock, say },
  );
}
