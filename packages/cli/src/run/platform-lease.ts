import { hostname } from 'node:os';
import { holdLease, type HeldLease } from '@ordeal/shared/lease/hold';
import { isOver, type LeaseHolder, type LeaseObject } from '@ordeal/shared/lease/object';
import type { Platform } from '@ordeal/shared/platform/platform';
import { processPlace } from '@ordeal/shared/process/place';
import { userName } from '@ordeal/shared/process/user';
import { reasonOf } from '@ordeal/shared/reason-of';
import { within } from '@ordeal/shared/time/deadline';
import type { Clock } from '@ordeal/shared/time/clock';
import { leaseFolder } from './lease-folder.ts';
import { fileLease, forgetDead } from './lease.ts';

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

const ANSWERS_WITHIN_MS = 5_000;

/**
 * For a run that only asks: it disturbs nobody, so that it goes on beside whatever is under way on the platform, and says
 * what that is. Its lease is on itself alone: nobody else wants it, and an emergency stop of this machine sees by it that
 * the run is there.
 */
export async function leaseBesideOthers(request: LeaseRequest): Promise<HeldLease> {
  const { platform, run } = request;
  const own = await holdLease(
    fileFor({ name: platform.name, entry: run }, request),
    holderOf(request),
    request,
  );
  if (!own.taken) return own;
  forgetDead(leaseFolder());
  await sayWhoIsAtWork(request);
  return own;
}

async function sayWhoIsAtWork(request: LeaseRequest): Promise<void> {
  const { clock, say } = request;
  const there = await objectOnCluster(request);
  for (const lease of [fileFor(request.platform, request), ...(there === undefined ? [] : [there])]) {
    try {
      const state = await within(clock, ANSWERS_WITHIN_MS, 'Reading it', undefined, (signal) =>
        lease.read(signal),
      );
      if (state === undefined || isOver(state, clock)) continue;
      const { run, by, since } = state.holder;
      say(
        `Run ${run} of ${by} has been at work on this platform since ${since}: what does not hold may be its doing.`,
      );
      return;
    } catch (error) {
      say(`Whether a run is at work on this platform cannot be told (${lease.where}): ${reasonOf(error)}`);
    }
  }
}

function leaseHere(request: LeaseRequest): Promise<HeldLease> {
  return holdLease(fileFor(request.platform, request), holderOf(request), request);
}

async function leaseOnCluster(request: LeaseRequest): Promise<HeldLease | undefined> {
  const object = await objectOnCluster(request);
  return object === undefined ? undefined : holdLease(object, holderOf(request), request);
}

function holderOf({ run, startedAt }: LeaseRequest): LeaseHolder {
  return { run, by: whoIsHere(), since: startedAt.toISOString() };
}

function fileFor(platform: Pick<Platform, 'name' | 'entry'>, { pid, clock }: LeaseRequest): LeaseObject {
  return fileLease(leaseFolder(), platform, { pid, place: processPlace() }, clock);
}

/** Undefined when the platform names no cluster to agree on. */
async function objectOnCluster({ platform, clock }: LeaseRequest): Promise<LeaseObject | undefined> {
  const { coordination } = platform.guardrails;
  if (coordination === undefined) return undefined;
  const [{ pinnedCluster }, { leaseObject }] = await Promise.all([
    import('@ordeal/chaos/coordination/pinned-cluster'),
    import('@ordeal/chaos/coordination/lease-object'),
  ]);
  const { cluster, namespace } = coordination;
  const place = { namespace, name: `ordeal-${platform.name}`, shown: cluster.context };
  return leaseObject(pinnedCluster(cluster, clock), place, clock);
}
