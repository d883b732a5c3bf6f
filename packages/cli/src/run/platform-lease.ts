import { hostname } from 'node:os';
import { holdLease, type HeldLease } from '@ordeal/shared/lease/hold';
import type { Platform } from '@ordeal/shared/platform/platform';
import { processPlace } from '@ordeal/shared/process/place';
import { userName } from '@ordeal/shared/process/user';
import type { Clock } from '@ordeal/shared/time/clock';
import { leaseFolder } from './lease-folder.ts';
import { fileLease } from './lease.ts';

/** What a lease on a platform goes by. */
export interface LeasedPlatform extends Pick<Platform, 'name' | 'entry'> {
  readonly guardrails: Pick<Platform['guardrails'], 'coordination'>;
}

export interface LeaseRequest {
  readonly platform: LeasedPlatform;
  readonly run: string;
  readonly pid: number;
  readonly startedAt: Date;
  readonly clock: Clock;
  readonly say: (message: string) => void;
  /** Whether a run is known to be dead: its lease is taken over although it has not run out. Default: none is. */
  readonly isDead?: (run: string) => boolean;
}

/** Who starts a run, and where, for people on other machines. */
export function whoIsHere(): string {
  return `${userName()}@${hostname()}`;
}

/** Takes the one lease on a platform: on this machine, and on its cluster where the platform names one. */
export async function leasePlatform(request: LeaseRequest): Promise<HeldLease> {
  const here = await leaseHere(request);
  if (!here.taken) return here;
  const there = await leaseOnCluster(request);
  if (there === undefined) return here;
  if (!there.taken) {
    await here.release();
    return there;
  }
  return {
    taken: true,
    signal: AbortSignal.any([here.signal, there.signal]),
    release: async () => {
      await there.release();
      await here.release();
    },
  };
}

function leaseHere(request: LeaseRequest): Promise<HeldLease> {
  const { platform, run, pid, startedAt, clock } = request;
  return holdLease(
    fileLease(leaseFolder(), platform, { pid, place: processPlace() }, clock),
    { run, by: whoIsHere(), since: startedAt.toISOString() },
    request,
  );
}

/** Undefined when the platform names no cluster to agree on. */
async function leaseOnCluster(request: LeaseRequest): Promise<HeldLease | undefined> {
  const { platform, run, startedAt, clock } = request;
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
    request,
  );
}
