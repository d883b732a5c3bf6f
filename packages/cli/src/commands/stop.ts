import { whoIsHere } from '../run/platform-lease.ts';
import { readSite } from '@ordeal/lab/read-site';
import { clearEverywhere, orderEverywhere, type StopDone } from '@ordeal/shared/stop/everywhere';
import { FIRST_ANSWER_WITHIN_MS, lookForStop } from '@ordeal/shared/stop/look';
import { describeOrder } from '@ordeal/shared/stop/order';
import type { StopSource } from '@ordeal/shared/stop/source';
import type { LoadPlace } from '@ordeal/shared/scenario/scenario';
import type { Clock } from '@ordeal/shared/time/clock';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { CommandError, exitCodes } from '../command-error.ts';
import type { Edge } from '../edge.ts';
import { loadPlatform } from '../load/load-platform.ts';
import type { Holder } from '../run/lease.ts';
import { allPlaces, stopPlaces } from '../stop/sources.ts';
import { thisMachine, type ThisMachine } from '../stop/this-machine.ts';

export interface StopOptions {
  readonly platform?: string;
  readonly labName: string;
  /** Where the platform is. */
  readonly on?: LoadPlace;
  readonly why: string;
  readonly clear?: boolean;
  readonly status?: boolean;
  readonly json?: boolean;
}

/** `ordeal stop`: heals and ends every run that is under way, and lets none begin until it is cleared. */
export async function stopCommand(options: StopOptions, edge: Edge): Promise<number> {
  if (options.clear === true && options.status === true) {
    throw new CommandError('Either --clear or --status.', exitCodes.usage);
  }
  const platform =
    options.platform === undefined
      ? undefined
      : (await loadPlatform(options.platform, edge, readSite(options.labName), options.on)).platform;
  const machine = thisMachine(systemClock);
  const places = allPlaces(stopPlaces(platform, 'go-on', systemClock, machine.stop));
  const say = (lines: readonly string[]): void =>
    void edge.stdout.write(lines.map((line) => `${line}\n`).join(''));
  if (options.status === true) return showStatus(places, machine, options, say);
  if (options.clear === true) {
    const done = await clearEverywhere(places, systemClock);
    if (options.json === true) say([JSON.stringify({ places: done }, null, 2)]);
    else say(done.map(({ detail }) => detail));
    return isDone(done) ? exitCodes.pass : exitCodes.inconclusive;
  }
  const order = {
    by: whoIsHere(),
    at: new Date(systemClock.wall()).toISOString(),
    why: options.why,
  };
  const done = await orderEverywhere(places, order, systemClock);
  if (options.json !== true) say(done.map(({ detail }) => detail));
  const before = machine.holders();
  const left = await untilEnded(machine, systemClock);
  const ended = (before ?? []).filter(({ run }) => !left.some((one) => one.run === run));
  if (options.json === true) {
    say([JSON.stringify({ places: done, ended: ended.map(shown), active: left.map(shown) }, null, 2)]);
  } else {
    say([
      ...ended.map((holder) => `Run ${inWords(holder)} has healed, and ended.`),
      ...left.map((holder) => `Run ${inWords(holder)}, of ${holder.by}, is STILL under way.`),
      ...(before?.length === 0 ? ['No run was under way on this machine.'] : []),
      platform?.guardrails.coordination === undefined
        ? 'This reaches the runs of all users of this machine; --platform reaches those elsewhere, where the platform names a cluster to agree on.'
        : 'Runs on other machines see it within a second.',
      'No run begins until `ordeal stop --clear`. `ordeal recover` heals what dead runs have left.',
    ]);
  }
  if (left.length > 0) return exitCodes.residue;
  return isDone(done) ? exitCodes.pass : exitCodes.inconclusive;
}

async function showStatus(
  places: readonly StopSource[],
  machine: ThisMachine,
  { json }: StopOptions,
  say: (lines: readonly string[]) => void,
): Promise<number> {
  const sights = await Promise.all(
    places.map(async (place) => ({
      where: place.where,
      sight: await lookForStop(place, { clock: systemClock, answerWithinMs: FIRST_ANSWER_WITHIN_MS }),
    })),
  );
  const active = machine.holders() ?? [];
  if (json === true) say([JSON.stringify({ places: sights, active: active.map(shown) }, null, 2)]);
  else {
    say([
      ...sights.map(({ where, sight }) => {
        switch (sight.state) {
          case 'clear':
            return `No stop stands in ${where}.`;
          case 'ordered':
            return `A stop STANDS in ${where}, ordered ${describeOrder(sight.order)}.`;
          case 'unknown':
            return `Whether a stop stands in ${where} cannot be told: ${sight.reason}`;
        }
      }),
      ...active.map((holder) => `Run ${inWords(holder)} is under way.`),
    ]);
  }
  if (sights.some(({ sight }) => sight.state === 'ordered')) return exitCodes.refused;
  return sights.every(({ sight }) => sight.state === 'clear') ? exitCodes.pass : exitCodes.inconclusive;
}

/** A run heals within a second and then judges; only who hangs needs longer than this. */
const ENDED_WITHIN_MS = 120_000;

/** Waits until no run is under way on this machine. Gives those that still are. */
async function untilEnded(machine: ThisMachine, clock: Clock): Promise<readonly Holder[]> {
  const until = clock.now() + ENDED_WITHIN_MS;
  for (;;) {
    const active = machine.holders() ?? [];
    if (active.length === 0 || clock.now() >= until) return active;
    await clock.sleep(200);
  }
}

function shown({ run, platform, since }: Holder): object {
  return { run, platform, since };
}

function inWords({ run, platform }: Holder): string {
  return `${run} on ${platform}`;
}

function isDone(done: readonly StopDone[]): boolean {
  return done.every((one) => one.done);
}
