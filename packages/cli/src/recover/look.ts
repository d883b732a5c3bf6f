import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { Clock } from '@ordeal/shared/time/clock';
import { within } from '@ordeal/shared/time/deadline';
import type { LoadedPlatform } from '../load/load-platform.ts';
import { faultsPresent, type FaultFound } from '../run/faults-present.ts';
import { lookAtDeployments } from './deployments.ts';
import { endLabelled } from './end-labelled.ts';
import type { Fate } from './fate.ts';
import type { LookRequest } from './look-request.ts';

/** What a look at a platform has come to, in sentences. */
export interface Looked {
  readonly platform: string;
  readonly healed: readonly string[];
  /** What is still there, or may be, with what to do about it. */
  readonly left: readonly string[];
  /** Why nothing was touched, where that is so. */
  readonly refused: readonly string[];
  /** Deployments of which one version serves, with which: whether it is meant to is for a person to say. */
  readonly serves: readonly string[];
}

const LOOK_WITHIN_MS = 30_000;
const HEAL_WITHIN_MS = 60_000;

/**
 * Looks at what there really is at a platform, without any undo entry: the machine that had them is gone. The faults
 * that the platform names are looked for at their targets, and healed where that revives no old primary. Whatever else
 * on its clusters carries our labels is taken away where its run is known to be dead. Then its deployments are asked how
 * they stand. Whoever calls this holds the lease on the platform.
 */
export async function lookAtPlatform(loaded: LoadedPlatform, request: LookRequest): Promise<Looked> {
  const { clock, signal } = request;
  const fates = [...(await healNamed(loaded, clock, signal)), ...(await endLabelled(loaded, request))];
  const textsOf = (is: Fate['is']): readonly string[] =>
    fates.flatMap((fate) => (fate.is === is ? [fate.text] : []));
  const { left: unsettled, serves } = await lookAtDeployments(loaded, request);
  return {
    platform: loaded.platform.name,
    healed: textsOf('healed'),
    left: [...textsOf('left'), ...unsettled],
    refused: [],
    serves,
  };
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
