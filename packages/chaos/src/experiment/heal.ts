import type { FaultDriver } from '@ordeal/shared/drivers/fault';
import type { RunContext } from '@ordeal/shared/drivers/run-context';
import type { UndoEntry } from '@ordeal/shared/undo/entry';
import { unwind } from '@ordeal/shared/undo/unwind';

export type Healed =
  | { readonly ok: true; readonly at: number }
  /** The undo entry stays open. */
  | { readonly ok: false; readonly reason: string };

const HEAL_WITHIN_MS = 60_000;

/** Heals one fault, sees by its driver's status that it is gone, and settles it. Never by the run's signal. */
export async function healFault(
  entry: UndoEntry,
  driver: FaultDriver,
  config: unknown,
  { undo, clock, journal }: Pick<RunContext, 'undo' | 'clock' | 'journal'>,
): Promise<Healed> {
  let gone = clock.now();
  const verified: FaultDriver['heal'] = async (one, context) => {
    await driver.heal(one, context);
    const status = await driver.status(config, context);
    if (status.state === 'present') throw new Error(`${status.detail} after it was healed`);
    if (status.state === 'unknown') throw new Error(`whether it is gone cannot be told: ${status.reason}`);
    gone = clock.now();
  };
  const outcome = await unwind(
    undo,
    { [entry.driver]: { heal: verified } },
    {
      clock,
      by: 'run',
      deadlineMs: HEAL_WITHIN_MS,
      say: (message) => journal.append({ type: 'note', message }),
      select: ({ id }) => id === entry.id,
    },
  );
  if (outcome.left[0] !== undefined) return { ok: false, reason: outcome.left[0].how };
  if (outcome.kept.length > 0) {
    return {
      ok: false,
      reason: 'it is kept, because a promotion was requested and it would revive the old primary',
    };
  }
  // Nothing was open: the guardian has settled it in the meantime.
  return { ok: true, at: gone };
}
