import type { Readable } from 'node:stream';
import type { Clock } from '../time/clock.ts';
import { openFileUndoLedger } from './file-ledger.ts';
import type { UndoEntry } from './entry.ts';
import type { Healers } from './healer.ts';
import { unwind, type UnwindOutcome } from './unwind.ts';
import { writerIn } from './writer-in.ts';

/** The line with which a runner that has healed for itself lets its guardian go. */
export const RELEASED = 'released';

export interface GuardianSettings {
  /** Reading end of a pipe whose other end only the runner holds. */
  readonly input: Readable;
  readonly runDir: string;
  readonly healers: Healers;
  readonly clock: Clock;
  readonly say: (message: string) => void;
  /**
   * Milliseconds for the unwinding after the runner's death, round by round: at the end of each it says what is left,
   * and goes on with that. In the last one an entry gets as long as it takes by its own word.
   */
  readonly roundsMs: readonly number[];
}

export type GuardianEnd =
  | { readonly how: 'released' }
  /** The runner is gone without a word. */
  | { readonly how: 'unwound'; readonly outcome: UnwindOutcome };

/** How often the deadlines of the open entries are looked at. */
const LOOK_EVERY_MS = 250;
/** Healing of overdue entries gets so long before it begins anew. */
const OVERDUE_WITHIN_MS = 30_000;
/** A request that the runner sent as it died may take effect so much later. */
const AGAIN_AFTER_MS = 200;

/**
 * Watches over a run from another process. When the pipe closes without a `released` line the runner is dead,
 * whatever killed it, and everything that is open is healed at once. While the runner lives, entries are healed
 * whose deadline has passed: the runner hangs.
 */
export async function runGuardian(settings: GuardianSettings): Promise<GuardianEnd> {
  const { input, runDir, clock, say } = settings;
  const ledger = openFileUndoLedger(runDir, clock);
  const over = new AbortController();
  const overdue = healOverdue(settings, over.signal);
  const released = await lastWord(input);
  over.abort(new Error('the runner has ended'));
  await overdue;
  if (released) {
    say('released: the runner has ended in order');
    return { how: 'released' };
  }
  say('the runner is gone: healing what it has left');
  const outcome = await unwindInRounds(settings, ledger);
  for (const mark of ledger.promotions()) {
    say(`the only writer of store ${mark.store} is ${writerIn(mark)}. Next step: ${mark.nextStep}`);
  }
  say(`healed ${outcome.healed.length}, kept ${outcome.kept.length}, left ${outcome.left.length}`);
  return { how: 'unwound', outcome };
}

async function unwindInRounds(
  { healers, clock, say, roundsMs }: GuardianSettings,
  ledger: ReturnType<typeof openFileUndoLedger>,
): Promise<UnwindOutcome> {
  const healed: UndoEntry[] = [];
  let last: Omit<UnwindOutcome, 'healed'> = { kept: [], left: [] };
  for (const [index, deadlineMs] of roundsMs.entries()) {
    const round = await unwind(ledger, healers, {
      clock,
      by: 'guardian',
      deadlineMs,
      patient: index === roundsMs.length - 1,
      say,
      againAfterMs: AGAIN_AFTER_MS,
    });
    healed.push(...round.healed);
    last = round;
    for (const one of round.left) say(`left: ${one.what}: ${one.how}`);
    if (round.left.length === 0) break;
  }
  return { ...last, healed };
}

/** Resolves when the pipe closes: whether the runner has said that it is done. */
function lastWord(input: Readable): Promise<boolean> {
  return new Promise((resolve) => {
    let heard = '';
    const released = (): boolean => heard.split('\n').slice(0, -1).includes(RELEASED);
    input.setEncoding('utf8');
    input.on('data', (text: string) => {
      heard += text;
      if (released()) resolve(true);
    });
    for (const event of ['end', 'close', 'error']) input.once(event, () => resolve(released()));
  });
}

/**
 * Tells of the open entries, look by look, which are overdue. By how much time has passed, and not by what the wall
 * clock shows: that may be set while the run is well. Only of an entry that was there before the first look does it
 * say how much is left of its time, which is never more than all of it.
 */
function overdueBy(clock: Clock): (open: readonly UndoEntry[]) => ReadonlySet<string> {
  const due = new Map<string, number>();
  let isFirst = true;
  return (open) => {
    const now = clock.now();
    for (const { id, deadline, createdAt } of open) {
      if (due.has(id)) continue;
      const end = Date.parse(deadline);
      const all = end - Date.parse(createdAt);
      due.set(id, now + (isFirst ? Math.min(end - clock.wall(), all) : all));
    }
    isFirst = false;
    // A deadline that is no time has passed: `>` is false for NaN.
    return new Set(open.filter(({ id }) => !((due.get(id) ?? Number.NaN) > now)).map(({ id }) => id));
  };
}

async function healOverdue(settings: GuardianSettings, signal: AbortSignal): Promise<void> {
  const { runDir, healers, clock, say } = settings;
  const ledger = openFileUndoLedger(runDir, clock);
  const overdueAmong = overdueBy(clock);
  while (!signal.aborted) {
    const overdue = overdueNow(ledger, overdueAmong);
    await unwind(ledger, healers, {
      clock,
      by: 'guardian',
      deadlineMs: OVERDUE_WITHIN_MS,
      say,
      signal,
      select: ({ id }) => overdue.has(id),
      onHealed: (entry) => say(`its deadline had passed while the runner lived: ${entry.describe}`),
    });
    await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
  }
}

/** None while the entries cannot be listed: they are looked at again in a moment. */
function overdueNow(
  ledger: ReturnType<typeof openFileUndoLedger>,
  among: (open: readonly UndoEntry[]) => ReadonlySet<string>,
): ReadonlySet<string> {
  try {
    return among(ledger.open());
  } catch {
    return new Set();
  }
}
