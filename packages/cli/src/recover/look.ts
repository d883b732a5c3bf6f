import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { Clock } from '@ordeal/shared/time/clock';
import { within } from '@ordeal/shared/time/deadline';
import type { Labelled } from '@ordeal/shared/undo/labelled';
import { labelledPlaces } from '../compose/labelled.ts';
import type { LoadedPlatform } from '../load/load-platform.ts';
import { faultsPresent, type FaultFound } from '../run/faults-present.ts';

/** What a look at a platform has come to, in sentences. */
export interface Looked {
  readonly platform: string;
  readonly healed: readonly string[];
  /** What is still there, or may be, with what to do about it. */
  readonly left: readonly string[];
  /** Why nothing was touched, where that is so. */
  readonly refused: readonly string[];
}

/** What is known of the runs that things belong to, by the value of their label. */
export interface KnownRuns {
  /** It is under way on this machine. */
  isUnderWay(run: string): boolean;
  /** Its runner is known to be gone, or a person says so. */
  isDead(run: string): boolean;
}

export interface LookRequest {
  readonly clock: Clock;
  readonly runs: KnownRuns;
  /** Aborted when the lease on the platform is lost. */
  readonly signal: AbortSignal;
}

const LOOK_WITHIN_MS = 30_000;
const HEAL_WITHIN_MS = 60_000;

/**
 * Looks at what there really is at a platform, without any undo entry: the machine that had them is gone. The faults
 * that the platform names are looked for at their targets, and healed where that revives no old primary; then whatever
 * else on its clusters carries our labels, and is taken away where its run is known to be dead. Whoever calls this holds
 * the lease on the platform.
 */
export async function lookAtPlatform(loaded: LoadedPlatform, request: LookRequest): Promise<Looked> {
  const { clock, signal } = request;
  const healed: string[] = [];
  const left: string[] = [];
  for (const fate of [...(await healNamed(loaded, clock, signal)), ...(await endLabelled(loaded, request))]) {
    (fate.is === 'healed' ? healed : left).push(fate.text);
  }
  return { platform: loaded.platform.name, healed, left, refused: [] };
}

interface Fate {
  readonly is: 'healed' | 'left';
  readonly text: string;
}

async function healNamed(
  loaded: LoadedPlatform,
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly Fate[]> {
  const found = await faultsPresent(loaded, { clock, withinMs: LOOK_WITHIN_MS, signal });
  return Promise.all(found.map((fault) => healFault(loaded, fault, clock, signal)));
}

async function healFault(
  loaded: LoadedPlatform,
  { name, entry, status }: FaultFound,
  clock: Clock,
  signal: AbortSignal,
): Promise<Fate> {
  if (status.state === 'unknown') {
    return { is: 'left', text: `${entry.title}: whether it is in cannot be told: ${status.reason}` };
  }
  const seen = `${entry.title} (${status.detail})`;
  if (entry.revives === 'old-primary') {
    const text = `${seen}: not healed here, because it could make an old primary writable; see which database is the writer first`;
    return { is: 'left', text };
  }
  const { driver, config } = loaded.drivers.fault(name);
  const now = new Date(clock.wall()).toISOString();
  const undo = {
    id: `of the platform's fault ${name}`,
    sequence: 0,
    driver: driver.kind,
    config,
    describe: entry.title,
    deadline: now,
    createdAt: now,
    revives: entry.revives,
  };
  const said: string[] = [];
  try {
    await within(clock, HEAL_WITHIN_MS, 'Healing it', signal, async (ending) => {
      const context: DriverContext = { clock, signal: ending, say: (message) => said.push(message) };
      await driver.heal(undo, context);
      const after = await driver.status(config, context);
      if (after.state === 'present') throw new Error(`${after.detail} after it was healed`);
      if (after.state === 'unknown') throw new Error(`whether it is gone cannot be told: ${after.reason}`);
    });
    return { is: 'healed', text: [seen, ...said].join('; ') };
  } catch (error) {
    return { is: 'left', text: [`${seen}: ${reasonOf(error)}`, ...said].join('; ') };
  }
}

async function endLabelled(
  loaded: LoadedPlatform,
  { clock, runs, signal }: LookRequest,
): Promise<readonly Fate[]> {
  const fates = await Promise.all(
    labelledPlaces(loaded).map(async ({ where, find }): Promise<readonly Fate[]> => {
      try {
        const { found, unseen } = await within(clock, LOOK_WITHIN_MS, 'The look', signal, (ending) =>
          find({ clock, signal: ending, say: () => {} }),
        );
        return [
          ...(await Promise.all(found.map((one) => endOne(one, runs, clock, signal)))).flat(),
          ...unseen.map((text): Fate => ({ is: 'left', text: `not looked at: ${text}` })),
        ];
      } catch (error) {
        return [{ is: 'left', text: `not looked at: ${where}: ${reasonOf(error)}` }];
      }
    }),
  );
  return fates.flat();
}

async function endOne(
  { name, state, run, end }: Labelled,
  { isUnderWay, isDead }: KnownRuns,
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly Fate[]> {
  // Of a run on another platform: this one's lease is ours.
  if (run !== undefined && isUnderWay(run)) return [];
  const seen = `${name} (${state}; ${run === undefined ? 'of no run that is known' : `of run ${run}`})`;
  if (end.by === 'hand') {
    return [{ is: 'left', text: `${seen}: no fault of this platform has put it there; ${end.how}` }];
  }
  if (run === undefined || !isDead(run)) {
    const how =
      run === undefined
        ? 'delete it by hand'
        : `whether that run is dead is not known here; if it is, add --run ${run}`;
    return [{ is: 'left', text: `${seen}: ${how}` }];
  }
  try {
    await within(clock, HEAL_WITHIN_MS, 'Taking it away', signal, end.remove);
    return [{ is: 'healed', text: seen }];
  } catch (error) {
    return [{ is: 'left', text: `${seen}: ${reasonOf(error)}` }];
  }
}
