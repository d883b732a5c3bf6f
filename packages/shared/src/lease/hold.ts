import { reasonOf } from '../reason-of.ts';
import type { Clock } from '../time/clock.ts';
import { within } from '../time/deadline.ts';
import { isOver, type LeaseHolder, type LeaseObject } from './object.ts';

/** A lease could not be renewed for so long that somebody else may begin: the run does not go on. */
export class LeaseLost extends Error {
  constructor(where: string, reason: string) {
    super(`the lease on the platform was lost (${where}): ${reason}`);
    this.name = 'LeaseLost';
  }
}

export interface LeaseSettings {
  readonly clock: Clock;
  readonly say: (message: string) => void;
  /** Not renewed for so long it is lost; default 30. */
  readonly seconds?: number;
  /** Whether a run is known to be dead although its lease has not run out: it is taken over. Default: none is. */
  readonly isDead?: (run: string) => boolean;
}

export type HeldLease =
  | {
      readonly taken: true;
      /** Aborted, with a `LeaseLost`. */
      readonly signal: AbortSignal;
      /** Gives it back. Never rejects: one that cannot be removed runs out. */
      release(): Promise<void>;
    }
  /** `held`: somebody has it, or has just had it; `unreachable`: nobody knows. */
  | { readonly taken: false; readonly why: 'held' | 'unreachable'; readonly reason: string };

const SECONDS = 30;
const ANSWER_WITHIN_MS = 5_000;

/**
 * Takes a lease, and renews it until it is released. One that is over is taken over. Never rejects: what cannot be
 * asked is not taken.
 */
export async function holdLease(
  object: LeaseObject,
  holder: LeaseHolder,
  settings: LeaseSettings,
): Promise<HeldLease> {
  const { clock } = settings;
  try {
    const version = await within(clock, ANSWER_WITHIN_MS * 2, 'Taking it', undefined, (signal) =>
      take(object, holder, settings, signal),
    );
    return typeof version === 'string'
      ? keep(object, holder, version, settings)
      : { taken: false, why: 'held', reason: inWords(version.holder) };
  } catch (error) {
    const why = error instanceof TakenMeanwhile ? 'held' : 'unreachable';
    return { taken: false, why, reason: `${object.where} cannot be taken: ${reasonOf(error)}` };
  }
}

/** It changed between two looks: somebody is there, or was until just now. */
class TakenMeanwhile extends Error {}

function inWords({ run, by, since }: LeaseHolder): string {
  return `run ${run} of ${by} has been at work on this platform since ${since}: wait for it, or end it`;
}

async function take(
  object: LeaseObject,
  holder: LeaseHolder,
  { clock, seconds = SECONDS, isDead = () => false }: LeaseSettings,
  signal: AbortSignal,
): Promise<string | { readonly holder: LeaseHolder }> {
  const created = await object.create(holder, seconds, signal);
  if (created !== undefined) return created;
  const found = await object.read(signal);
  if (found === undefined) throw new TakenMeanwhile('it was given back at this moment; try again');
  if (!isOver(found, clock) && !(found.process !== 'alive' && isDead(found.holder.run)))
    return { holder: found.holder };
  const taken = await object.replace(found.version, holder, seconds, signal);
  if (taken === undefined) throw new TakenMeanwhile('somebody else was quicker; try again');
  return taken;
}

function keep(
  object: LeaseObject,
  holder: LeaseHolder,
  first: string,
  { clock, say, seconds = SECONDS }: LeaseSettings,
): HeldLease {
  const lost = new AbortController();
  const ended = new AbortController();
  let version = first;
  const renew = async (): Promise<void> => {
    let renewed = clock.now();
    let silent = false;
    while (!ended.signal.aborted && !lost.signal.aborted) {
      await clock.sleep((seconds * 1000) / 4, ended.signal).catch(() => undefined);
      if (ended.signal.aborted) return;
      try {
        const next = await within(clock, ANSWER_WITHIN_MS, 'Renewing it', ended.signal, (signal) =>
          object.replace(version, holder, seconds, signal),
        );
        if (next === undefined && !(await isStillOurs(object, holder, ended.signal))) {
          lost.abort(new LeaseLost(object.where, 'somebody else has taken or removed it'));
          return;
        }
        version = next ?? (await object.read(ended.signal))?.version ?? version;
        renewed = clock.now();
        silent = false;
      } catch (error) {
        if (ended.signal.aborted) return;
        if (!silent) say(`The lease could not be renewed (${object.where}): ${reasonOf(error)}`);
        silent = true;
        if (clock.now() - renewed < seconds * 1000) continue;
        lost.abort(
          new LeaseLost(object.where, `it could not be renewed for ${seconds} s (${reasonOf(error)})`),
        );
      }
    }
  };
  const renewing = renew();
  return {
    taken: true,
    signal: lost.signal,
    release: async () => {
      ended.abort(new Error('the lease is given back'));
      await renewing;
      try {
        await within(clock, ANSWER_WITHIN_MS, 'Giving it back', undefined, async (signal) => {
          if (await object.remove(version, signal)) return;
          // It was just being renewed, and nobody has heard the answer.
          const now = await object.read(signal);
          if (now?.holder.run === holder.run) await object.remove(now.version, signal);
        });
      } catch (error) {
        say(`The lease was not given back (${object.where}), and runs out by itself: ${reasonOf(error)}`);
      }
    },
  };
}

/** A renewal whose answer was lost has changed the version all the same. */
async function isStillOurs(object: LeaseObject, { run }: LeaseHolder, signal: AbortSignal): Promise<boolean> {
  return (await object.read(signal))?.holder.run === run;
}
