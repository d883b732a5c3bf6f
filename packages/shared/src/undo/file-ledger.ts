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

/** The file of a store's mark. An older ordeal had one for all stores, without a name. */
const PROMOTION = /^promotion(?:-(.+))?\.json$/;

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
  const promotionFile = (store: string): string =>
    join(directory, `promotion-${encodeURIComponent(store)}.json`);
  const marks = (): readonly (readonly [string, PromotionMark])[] =>
    names(directory)
      .filter((file) => PROMOTION.test(file))
      .toSorted()
      .flatMap((file) => {
        const mark = readPromotion(directory, file);
        return mark === undefined ? [] : [[join(directory, file), mark] as const];
      });
  const markOf = (store: string): PromotionMark | undefined =>
    marks().find(([, mark]) => mark.store === store)?.[1];

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
      const before = markOf(mark.store);
      writeDurably(promotionFile(mark.store), `${JSON.stringify(mark, null, 2)}\n`);
      if (before !== undefined) return;
      // The mark is on disk first and this is asked afterwards; whoever revives asks the other way round.
      if (!names(directory).some((file) => file.startsWith(REVIVING))) return;
      rmSync(promotionFile(mark.store), { force: true });
      syncDirectory(directory);
      throw new OldPrimaryRevived(
        `No promotion: another process has begun to bring the old primary back (see ${directory}/${REVIVING}…), since this run did not act in time. Run \`ordeal recover\`, and start the drill again.`,
      );
    },

    clearPromotion(store) {
      for (const [file, mark] of marks()) if (mark.store === store) rmSync(file, { force: true });
      syncDirectory(directory);
    },

    promotion: (store) => (store === undefined ? marks()[0]?.[1] : markOf(store)),

    promotions: () => marks().map(([, mark]) => mark),

    beginRevival(id) {
      const claim = join(directory, `${REVIVING}${id}.json`);
      writeDurably(claim, `${JSON.stringify({ id, at: new Date(clock.wall()).toISOString() })}\n`);
      if (marks().length === 0) return true;
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

function readPromotion(directory: string, name: string): PromotionMark | undefined {
  const file = join(directory, name);
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PromotionMark;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    // A mark that cannot be read still stands: reviving an old primary on a doubt makes two writers.
    return {
      drill: 'unknown',
      store: decodeURIComponent(PROMOTION.exec(name)?.[1] ?? 'unknown'),
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
