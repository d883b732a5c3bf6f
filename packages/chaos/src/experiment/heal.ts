import type { FaultDriver } from '@ordeal/shared/drivers/fault';
import type { RunContext } from '@ordeal/shared/drivers/run-context';
import type { Healer } from '@ordeal/shared/undo/healer';
import { unwind } from '@ordeal/shared/undo/unwind';
import type { ArmedFault } from './faults.ts';

export type Healed =
  | { readonly ok: true; readonly at: number }
  /** The undo entry stays open. */
  | { readonly ok: false; readonly reason: string };

export const HEAL_WITHIN_MS = 60_000;
/** After an interruption: the run ends everything else in what a pod's grace period leaves. */
const INTERRUPTED_MS = 40_000;

/** What was sent by an injection that was given up may take effect so much later. */
const AGAIN_AFTER_MS = 200;

/**
 * Heals faults, last in first out, sees by their drivers' status that they are gone, and settles them. Never by
 * the run's signal. `given-up`: some of them were not injected to the end, and are healed a second time. What became
 * of each, in the order given.
 */
export async function healFaults<Fault extends Pick<ArmedFault, 'driver' | 'config' | 'undo'>>(
  faults: readonly Fault[],
  { undo, clock, journal, signal }: Pick<RunContext, 'undo' | 'clock' | 'journal' | 'signal'>,
  injection: 'done' | 'given-up',
): Promise<ReadonlyMap<Fault, Healed>> {
  const gone = new Map<string, number>();
  const byEntry = new Map(faults.map((fault) => [fault.undo.id, fault]));
  const verified: Healer['heal'] = async (entry, context) => {
    const fault = byEntry.get(entry.id);
    if (fault === undefined) throw new Error(`the undo entry ${entry.id} is of another fault`);
    await fault.driver.heal(entry, context);
    throwUnlessGone(await fault.driver.status(fault.config, context));
    gone.set(entry.id, clock.now());
  };
  const began = clock.now();
  const outcome = await unwind(
    undo,
    Object.fromEntries(faults.map(({ undo: { driver } }) => [driver, { heal: verified }])),
    {
      clock,
      by: 'run',
      deadlineMs: signal.aborted ? INTERRUPTED_MS : HEAL_WITHIN_MS,
      ...(injection === 'given-up' ? { againAfterMs: AGAIN_AFTER_MS } : {}),
      say: (message) => journal.append({ type: 'note', message }),
      select: ({ id }) => byEntry.has(id),
    },
  );
  const placeOf = ({ undo: { driver, id } }: Fault): string => `${driver}, undo entry ${id}`;
  const places = new Set(faults.map(placeOf));
  const unlisted = outcome.left.find(({ where }) => !places.has(where));
  return new Map(
    faults.map((fault) => {
      const at = gone.get(fault.undo.id);
      if (outcome.healed.some(({ id }) => id === fault.undo.id))
        return [fault, { ok: true, at: at ?? began }];
      if (outcome.kept.some(({ id }) => id === fault.undo.id)) {
        const reason = 'it is kept, because a promotion was requested and it would revive the old primary';
        return [fault, { ok: false, reason }];
      }
      const left = outcome.left.find(({ where }) => where === placeOf(fault)) ?? unlisted;
      // Nothing was open: the guardian has settled it in the meantime.
      return [fault, left === undefined ? { ok: true, at: began } : { ok: false, reason: left.how }];
    }),
  );
}

function throwUnlessGone(status: Awaited<ReturnType<FaultDriver['status']>>): void {
  if (status.state === 'present') throw new Error(`${status.detail} after it was healed`);
  if (status.state === 'unknown') throw new Error(`whether it is gone cannot be told: ${status.reason}`);
}
