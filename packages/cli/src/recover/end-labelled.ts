import { reasonOf } from '@ordeal/shared/reason-of';
import { within } from '@ordeal/shared/time/deadline';
import type { Labelled } from '@ordeal/shared/undo/labelled';
import { labelledPlaces } from '../compose/labelled.ts';
import type { LoadedPlatform } from '../load/load-platform.ts';
import type { Fate } from './fate.ts';
import type { LookRequest } from './look-request.ts';

const LOOK_WITHIN_MS = 30_000;
const END_WITHIN_MS = 60_000;

/**
 * Whatever on a platform's clusters carries our labels: takes away what belongs to a run that is known to be dead, and
 * leaves the rest to a person.
 */
export async function endLabelled(
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
          ...(await Promise.all(found.map((one) => endOne(one, { clock, runs, signal })))).flat(),
          ...unseen.map((text): Fate => ({ is: 'left', text: `not looked at: ${text}` })),
        ];
      } catch (error) {
        return [{ is: 'left', text: `not looked at: ${where}: ${reasonOf(error)}` }];
      }
    }),
  );
  return fates.flat();
}

/** One of them. Of a run that is under way, on another platform, there is nothing to say. */
export async function endOne(
  { name, state, run, end }: Labelled,
  { clock, runs: { isUnderWay, isDead }, signal }: LookRequest,
): Promise<readonly Fate[]> {
  // Of a run on another platform: this one's lease is ours.
  if (run !== undefined && isUnderWay(run)) return [];
  const seen = `${name} (${state}; ${run === undefined ? 'of no run that is known' : `of run ${run}`})`;
  if (end.by === 'hand') {
    const condition =
      run === undefined
        ? 'only if no run is at work here: '
        : isDead(run)
          ? ''
          : `only if run ${run} is dead: `;
    return [
      { is: 'left', text: `${seen}: no fault of this platform has put it there; ${condition}${end.how}` },
    ];
  }
  if (run === undefined || !isDead(run)) {
    const how =
      run === undefined
        ? 'delete it by hand'
        : `whether that run is dead is not known here; if it is, add --run ${run}`;
    return [{ is: 'left', text: `${seen}: ${how}` }];
  }
  try {
    await within(clock, END_WITHIN_MS, 'Taking it away', signal, end.remove);
    return [{ is: 'healed', text: seen }];
  } catch (error) {
    return [{ is: 'left', text: `${seen}: ${reasonOf(error)}` }];
  }
}
