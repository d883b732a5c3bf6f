import { closeSync, openSync, writeSync } from 'node:fs';
import type { Clock } from '../time/clock.ts';
import type { JournalEntry, RunEvent } from '../timeline/event.ts';
import type { Journal } from './journal.ts';
import { reasonOf } from '../reason-of.ts';

export type JournalListener = (entry: JournalEntry) => void;

/** Lines kept in memory while the disk takes none; beyond it the oldest are given up. */
const KEEP_LINES = 10_000;

/** A journal in a file. */
export interface FileJournal extends Journal {
  /** Why lines are missing from the file; undefined while all of them are in it. */
  problem(): string | undefined;
  /** Tries once more to write what is still in memory, and closes the file. */
  close(): void;
}

/**
 * Appends one line of JSON for each event, handed to the operating system before `append` returns, and tells the
 * listeners. It never throws into the run: when the disk takes no more it warns once, keeps the lines in memory,
 * and writes them as soon as there is room again.
 */
export function createFileJournal(
  path: string,
  clock: Clock,
  listeners: readonly JournalListener[],
): FileJournal {
  let file: number | undefined;
  const waiting: Buffer[] = [];
  let problem: string | undefined;
  let warned = false;
  let lost = 0;
  const deaf = new Set<JournalListener>();

  function flush(): void {
    try {
      file ??= openSync(path, 'a');
      while (waiting[0] !== undefined) {
        const written = writeSync(file, waiting[0]);
        // A full disk may take a part of a line: the rest follows as soon as it can.
        if (written < waiting[0].length) waiting[0] = waiting[0].subarray(written);
        else waiting.shift();
      }
      problem = lost === 0 ? undefined : `${lost} lines of ${path} were given up while the disk took none.`;
    } catch (error) {
      problem = `${path} cannot be written: ${reasonOf(error)}`;
      release();
      if (waiting.length > KEEP_LINES) {
        // The first one stays: a part of it may be in the file already.
        lost += waiting.splice(1, waiting.length - KEEP_LINES).length;
      }
    }
  }

  function release(): void {
    if (file === undefined) return;
    try {
      closeSync(file);
    } catch {
      // The descriptor is given back even when closing reports the error that is already known.
    }
    file = undefined;
  }

  function append(event: RunEvent): JournalEntry {
    const at = new Date(clock.wall()).toISOString();
    const entry: JournalEntry = Object.assign({}, event, { monotonicMs: clock.now(), at });
    waiting.push(Buffer.from(`${JSON.stringify(entry)}\n`));
    flush();
    const complaints = listeners.filter((one) => !deaf.has(one)).flatMap((one) => tell(one, entry));
    for (const complaint of complaints) append({ type: 'warning', message: complaint });
    if (problem !== undefined && !warned) {
      warned = true;
      append({
        type: 'warning',
        message: `${problem}. The run goes on, and what happens is kept in memory until there is room again; free the disk to keep the evidence.`,
      });
    }
    return entry;
  }

  function tell(listener: JournalListener, entry: JournalEntry): readonly string[] {
    try {
      listener(entry);
      return [];
    } catch (error) {
      deaf.add(listener);
      return [`Somebody who follows the journal failed, and is told no more: ${String(error)}`];
    }
  }

  return {
    append,
    problem: () => problem,
    close() {
      if (waiting.length > 0) flush();
      release();
    },
  };
}
