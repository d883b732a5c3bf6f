import { isDeepStrictEqual } from 'node:util';
import { labelValue } from '@ordeal/chaos/chaos-mesh/labels';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { Clock } from '@ordeal/shared/time/clock';
import { openFileUndoLedger } from '@ordeal/shared/undo/file-ledger';
import { leasePlatform, type LeasedPlatform } from '../run/platform-lease.ts';
import type { RunFile } from '../run/run-file.ts';
import type { KnownRuns } from './known-runs.ts';
import type { RunThere } from './run-there.ts';

/** Whether what a dead run has left may be touched now: another run may be at work on its platform. */
export type Access =
  /** Nobody else is, nor begins meanwhile. */
  | { readonly how: 'ours' }
  /** Somebody is. */
  | { readonly how: 'held'; readonly reason: string }
  /** Whoever would know does not answer. Healing does not wait for that; only an old primary is not revived. */
  | { readonly how: 'unknown'; readonly reason: string };

export interface AccessToRuns {
  to(run: RunThere): Access;
  /** Aborted when a lease is lost. */
  readonly signal: AbortSignal;
  release(): Promise<void>;
}

/** Of whoever has the lease already. */
export const OURS: Access = { how: 'ours' };

export interface AccessRequest {
  readonly known: KnownRuns;
  readonly pid: number;
  readonly clock: Clock;
  /** The platform on which the lease is held already. */
  readonly leased?: LeasedPlatform;
}

/** Takes the lease on the platform of each run that is dead and has left something. Never rejects. */
export async function leaseRuns(
  runs: readonly RunThere[],
  { known, pid, clock, leased }: AccessRequest,
): Promise<AccessToRuns> {
  const startedAt = new Date(clock.wall());
  const lost = new AbortController();
  const releases: (() => Promise<void>)[] = [];
  const signals: AbortSignal[] = [lost.signal];
  const byPlatform: { readonly platform: LeasedPlatform; readonly access: Access }[] =
    leased === undefined ? [] : [{ platform: leased, access: OURS }];
  for (const { dir, file } of runs) {
    const platform = platformOf(file);
    if (platform === undefined || accessOf(byPlatform, platform) !== undefined) continue;
    if (!known.isDead(labelValue(file.run)) || !isLeft(dir, clock)) continue;
    byPlatform.push({ platform, access: await take(platform) });
  }

  async function take(platform: LeasedPlatform): Promise<Access> {
    try {
      const lease = await leasePlatform({
        platform,
        run: recoveryName(startedAt),
        pid,
        startedAt,
        clock,
        say: () => {},
        isDead: (run) => known.isDead(labelValue(run)),
      });
      if (!lease.taken) return { how: lease.why === 'held' ? 'held' : 'unknown', reason: lease.reason };
      releases.push(() => lease.release());
      signals.push(lease.signal);
      return OURS;
    } catch (error) {
      return { how: 'unknown', reason: reasonOf(error) };
    }
  }

  return {
    to: ({ file }) => {
      const platform = platformOf(file);
      // Of an older ordeal, which did not write down where to ask.
      if (platform === undefined) return whoIsKnown(file, known);
      return accessOf(byPlatform, platform) ?? OURS;
    },
    signal: AbortSignal.any(signals),
    release: async () => {
      await Promise.all(releases.map((release) => release()));
    },
  };
}

/** By what name a recovery holds a lease. */
export function recoveryName(startedAt: Date): string {
  return `recover-${startedAt
    .toISOString()
    .replaceAll(/[-:.Z]/g, '')
    .toLowerCase()}`;
}

function whoIsKnown(file: RunFile, { atWorkOn }: KnownRuns): Access {
  const [run] = atWorkOn(file);
  if (run === undefined) return OURS;
  return { how: 'held', reason: `run ${run} is at work on this platform: wait for it, or end it` };
}

function isLeft(dir: string, clock: Clock): boolean {
  const undo = openFileUndoLedger(dir, clock);
  return undo.open().length > 0 || undo.promotions().length > 0;
}

function platformOf({ platform: name, entry, coordination }: RunFile): LeasedPlatform | undefined {
  if (entry === undefined) return undefined;
  return { name, entry, guardrails: coordination === undefined ? {} : { coordination } };
}

function accessOf(
  all: readonly { readonly platform: LeasedPlatform; readonly access: Access }[],
  platform: LeasedPlatform,
): Access | undefined {
  return all.find((one) => isSamePlatform(one.platform, platform))?.access;
}

function isSamePlatform(one: LeasedPlatform, other: LeasedPlatform): boolean {
  return isDeepStrictEqual(placeOf(one), placeOf(other));
}

function placeOf({ name, entry, guardrails: { coordination } }: LeasedPlatform): unknown {
  return JSON.parse(JSON.stringify({ name, entry, coordination }));
}
