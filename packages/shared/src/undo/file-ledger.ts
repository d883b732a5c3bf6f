import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../time/clock.ts';
import { makeDirectoryDurably, syncDirectory, writeDurably } from '../files/durable-file.ts';
import type { PromotionMark, UndoEntry } from './entry.ts';
import type { RevivalGuard, UndoLedger } from './ledger.ts';
import { reasonOf } from '../reason-of.ts';

/** Driver of an entry whose file cannot be read. Nobody heals it, so that it is reported as left. */
export const UNREADABLE = 'unreadable';

/** Begins the names of the files that say who has begun to revive an old primary. */
const REVIVING = 'reviving-';

/** What a drill is told that asks for a promotion after somebody else has brought the old primary back. */
export class OldPrimaryRevived extends Error {}

/** Makes the undo ledger of a new run, in `<runDir>/undo`. */
export function createFileUndoLedger(runDir: string, clock: Clock): UndoLedger & RevivalGuard {
  makeDirectoryDurably(join(runDir, 'undo', 'settled'));
  return openFileUndoLedger(runDir, clock);
}

/**
 * Opens the undo ledger of a run that another process has made; both may use it at the same time. A run
 * without one has nothing open.
 *
 * An entry is `undo/<id>.json`. Settling renames it to `undo/settled/<id>.<by>.json`: one step that either
 * happened or did not, and that needs no room on the disk.
 */
export function openFileUndoLedger(runDir: string, clock: Clock): UndoLedger & RevivalGuard {
  const directory = join(runDir, 'undo');
  const settled = join(directory, 'settled');
  const promotionFile = join(directory, 'promotion.json');

  return {
    push(entry) {
      const last = [...entryFiles(directory), ...entryFiles(settled)].map(sequenceOf);
      const sequence = Math.max(0, ...last) + 1;
      const id = `${String(sequence).padStart(4, '0')}-${randomBytes(4).toString('hex')}`;
      const createdAt = new Date(clock.wall()).toISOString();
      const full: UndoEntry = { ...entry, id, sequence, createdAt };
      writeDurably(join(directory, `${id}.json`), `${JSON.stringify(full, null, 2)}\n`);
      return full;
    },

    settle(id, by) {
      try {
        renameSync(join(directory, `${id}.json`), join(settled, `${id}.${by}.json`));
      } catch (error) {
        if (!isAbsent(error) || !entryFiles(settled).some((file) => file.startsWith(`${id}.`))) throw error;
        return;
      }
      syncDirectory(settled);
      syncDirectory(directory);
    },

    open() {
      return entryFiles(directory)
        .flatMap((file) => readEntry(directory, file) ?? [])
        .sort((left, right) => right.sequence - left.sequence);
    },

    markPromotion(mark) {
      const before = readPromotion(promotionFile);
      writeDurably(promotionFile, `${JSON.stringify(mark, null, 2)}\n`);
      if (before !== undefined) return;
      // The mark is on disk first and this is asked afterwards; whoever revives asks the other way round.
      if (!names(directory).some((file) => file.startsWith(REVIVING))) return;
      rmSync(promotionFile, { force: true });
      syncDirectory(directory);
      throw new OldPrimaryRevived(
        `No promotion: another process has begun to bring the old primary back (see ${directory}/${REVIVING}…), since this run did not act in time. Run \`ordeal recover\`, and start the drill again.`,
      );
    },

    clearPromotion() {
      rmSync(promotionFile, { force: true });
      syncDirectory(directory);
    },

    promotion: () => readPromotion(promotionFile),

    beginRevival(id) {
      const claim = join(directory, `${REVIVING}${id}.json`);
      writeDurably(claim, `${JSON.stringify({ id, at: new Date(clock.wall()).toISOString() })}\n`);
      if (readPromotion(promotionFile) === undefined) return true;
      rmSync(claim, { force: true });
      syncDirectory(directory);
      return false;
    },
  };
}

function entryFiles(directory: string): readonly string[] {
  return names(directory).filter((file) => /^\d{4,}-[0-9a-f]+(\.\w+)?\.json$/.test(file));
}

function names(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

function sequenceOf(file: string): number {
  return Number.parseInt(file, 10);
}

function readEntry(directory: string, file: string): UndoEntry | undefined {
  const id = file.slice(0, -'.json'.length);
  let reason: string;
  try {
    const entry = JSON.parse(readFileSync(join(directory, file), 'utf8')) as Partial<UndoEntry> | null;
    if (entry?.id === id && typeof entry.driver === 'string' && typeof entry.sequence === 'number') {
      return entry as UndoEntry;
    }
    reason = 'it holds no undo entry of this name';
  } catch (error) {
    // Settled by somebody else between listing and reading.
    if (isAbsent(error)) return undefined;
    reason = reasonOf(error);
  }
  return {
    id,
    sequence: sequenceOf(file),
    driver: UNREADABLE,
    config: null,
    describe: `the undo entry ${join(directory, file)} cannot be read (${reason}); look at it and undo it by hand`,
    deadline: new Date(0).toISOString(),
    createdAt: new Date(0).toISOString(),
    revives: 'nothing',
  };
}

function readPromotion(file: string): PromotionMark | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PromotionMark;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    // A mark that cannot be read still stands: reviving an old primary on a doubt makes two writers.
    return {
      drill: 'unknown',
      store: 'unknown',
      requestedAt: 'unknown',
      writer: 'unknown',
      fenced: [],
      nextStep: `${file} cannot be read (${String(error)}): find out which node accepts writes, and keep the others fenced.`,
    };
  }
}

function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
