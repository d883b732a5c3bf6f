import type { ResidueRecord } from '../record/record.ts';
import type { Clock } from '../time/clock.ts';
import { within } from '../time/deadline.ts';
import type { UndoEntry } from './entry.ts';
import type { Healers } from './healer.ts';
import type { RevivalGuard, UndoLedger } from './ledger.ts';
import { reasonOf } from '../reason-of.ts';

export interface UnwindSettings {
  readonly clock: Clock;
  readonly by: 'run' | 'guardian' | 'recover';
  /** Milliseconds for all of it. */
  readonly deadlineMs: number;
  /** Whether an entry that takes longer by its own word (`healSeconds`) gets that time. Default: no. */
  readonly patient?: boolean;
  readonly say: (message: string) => void;
  /** Gives up before the deadline. Never the run's own signal: healing outlives it. */
  readonly signal?: AbortSignal;
  /** Called after an entry was settled. */
  readonly onHealed?: (entry: UndoEntry) => void;
  /** Which of the open entries to heal. Default: all. */
  readonly select?: (entry: UndoEntry) => boolean;
  /**
   * Heals each entry a second time after so many milliseconds before it is settled. For when the injector may
   * have died between sending a request and the target's acting on it.
   */
  readonly againAfterMs?: number;
}

export interface UnwindOutcome {
  readonly healed: readonly UndoEntry[];
  /** Not healed on purpose: it would revive the old primary while a promotion mark stands. */
  readonly kept: readonly UndoEntry[];
  /** What could not be healed, with the last reason. Kept entries are not among it. */
  readonly left: readonly ResidueRecord[];
}

/** An entry gets so long before the one under it is begun as well. */
const PATIENCE_MS = 500;
const RETRY_AFTER_MS = 200;

type Fate =
  { readonly how: 'healed' } | { readonly how: 'kept' } | { readonly how: 'left'; readonly reason: string };

/**
 * Heals what is open, last in first out. The entries of one driver are begun in that order, each when the one
 * above it has had its first attempt or its patience; different drivers do not wait for each other. So neither
 * a failure nor a hang stops the others. What fails is tried again until the deadline. Never rejects.
 */
export async function unwind(
  ledger: UndoLedger & Partial<RevivalGuard>,
  healers: Healers,
  settings: UnwindSettings,
): Promise<UnwindOutcome> {
  const { clock, select = () => true, patient = false } = settings;
  let entries: readonly UndoEntry[];
  try {
    entries = ledger.open().filter(select);
  } catch (error) {
    const left = {
      what: 'the undo entries cannot be listed',
      where: 'the run’s folder',
      how: reasonOf(error),
    };
    return { healed: [], kept: [], left: [left] };
  }
  const began = clock.now();
  const untilOf = ({ healSeconds = 0 }: UndoEntry): number =>
    began + Math.max(settings.deadlineMs, patient ? healSeconds * 1000 : 0);
  const lanes = Object.values(Object.groupBy(entries, ({ driver }) => driver));
  const fates = await Promise.all(
    lanes.map(async (lane = []) => {
      const fated: Promise<readonly [UndoEntry, Fate]>[] = [];
      for (const entry of lane) {
        const first = Promise.withResolvers<void>();
        fated.push(
          fateOf(ledger, healers, entry, untilOf(entry), settings, first.resolve).then((fate) => [
            entry,
            fate,
          ]),
        );
        const enough = new AbortController();
        await Promise.race([first.promise, clock.sleep(PATIENCE_MS, enough.signal).catch(() => undefined)]);
        enough.abort();
      }
      return Promise.all(fated);
    }),
  );
  const all = fates.flat().sort(([a], [b]) => b.sequence - a.sequence);
  return {
    healed: all.flatMap(([entry, fate]) => (fate.how === 'healed' ? [entry] : [])),
    kept: all.flatMap(([entry, fate]) => (fate.how === 'kept' ? [entry] : [])),
    left: all.flatMap(([entry, fate]) =>
      fate.how === 'left'
        ? [{ what: entry.describe, where: `${entry.driver}, undo entry ${entry.id}`, how: fate.reason }]
        : [],
    ),
  };
}

async function fateOf(
  ledger: UndoLedger & Partial<RevivalGuard>,
  healers: Healers,
  entry: UndoEntry,
  until: number,
  settings: UnwindSettings,
  tried: () => void,
): Promise<Fate> {
  const { clock, by, say, signal, againAfterMs } = settings;
  const healer = healers[entry.driver];
  if (healer === undefined) {
    tried();
    return { how: 'left', reason: `nothing here heals entries of the driver "${entry.driver}"` };
  }
  let last = 'there was no time left to try';
  const givenUp = (): boolean => clock.now() >= until || signal?.aborted === true;
  while (!givenUp()) {
    try {
      if (forbidden(ledger, entry, by)) {
        say(
          `${entry.describe}: kept, because it would revive the old primary after a promotion was requested`,
        );
        return { how: 'kept' };
      }
      await within(clock, until - clock.now(), `Healing "${entry.describe}"`, signal, async (ending) => {
        await healer.heal(entry, { clock, signal: ending, say });
        if (againAfterMs === undefined) return;
        // The second time is for what may still come, and holds nobody up.
        tried();
        await clock.sleep(againAfterMs, ending);
        await healer.heal(entry, { clock, signal: ending, say });
      });
      ledger.settle(entry.id, by);
      say(`${entry.describe}: healed`);
      settings.onHealed?.(entry);
      return { how: 'healed' };
    } catch (error) {
      if (reasonOf(error) !== last) say(`${entry.describe}: not healed yet: ${reasonOf(error)}`);
      last = reasonOf(error);
    } finally {
      tried();
    }
    await clock.sleep(Math.min(RETRY_AFTER_MS, until - clock.now()), signal).catch(() => undefined);
  }
  return {
    how: 'left',
    reason: signal?.aborted === true ? `${last} (given up: ${reasonOf(signal.reason)})` : last,
  };
}

function forbidden(
  ledger: UndoLedger & Partial<RevivalGuard>,
  entry: UndoEntry,
  by: UnwindSettings['by'],
): boolean {
  if (entry.revives === 'nothing') return false;
  if (ledger.promotion() !== undefined) return true;
  return by !== 'run' && ledger.beginRevival?.(entry.id) === false;
}
