import { constants, openSync, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';

/** JSON lines that are on disk when they are said to be. */
export interface DurableLog {
  /** Puts down lines, each with its end, that go to disk with the next `commit`. */
  add(lines: string): void;
  /**
   * Resolves when everything that was added is on disk. Whoever asks while the disk is busy shares the next write.
   * Each costs far more than what is in it: who has much to say gathers it first.
   */
  commit(): Promise<void>;
  /** Adds an entry and commits it. */
  append(entry: object): Promise<void>;
  /** Hands what is waiting to the operating system at once; for a process that is about to end. */
  flushNow(): void;
}

/** A write returns when its bytes are on disk: one call where a write and a sync would be two. */
const { O_APPEND, O_CREAT, O_DSYNC, O_EXCL, O_WRONLY } = constants;
const flags = O_APPEND | O_CREAT | O_DSYNC | O_EXCL | O_WRONLY;
const writeBytes = promisify(write);

/** Makes a new file; one that exists already is an error, for nothing may be added to the evidence of another. */
export function openDurableLog(path: string): DurableLog {
  const fd = openSync(path, flags, 0o600);
  let lines = '';
  /** The newest write, and whether it still takes lines, as it has not begun. */
  let newest: Promise<void> = Promise.resolve();
  let takes = false;

  const writeDown = async (): Promise<void> => {
    const text = lines;
    lines = '';
    takes = false;
    try {
      await writeAll(fd, Buffer.from(text));
    } catch (error) {
      throw new Error(`Could not write to ${path}. Is the disk full?`, { cause: error });
    }
  };

  const add = (more: string): void => {
    lines += more;
  };

  const commit = (): Promise<void> => {
    if (takes || lines === '') return newest;
    takes = true;
    // What failed before is told to those who waited for it.
    newest = newest.then(writeDown, writeDown);
    return newest;
  };

  return {
    add,
    commit,
    append: (entry) => {
      add(`${JSON.stringify(entry)}\n`);
      return commit();
    },
    flushNow: () => {
      if (lines !== '') writeSync(fd, lines);
      lines = '';
    },
  };
}

async function writeAll(fd: number, bytes: Buffer): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await writeBytes(fd, bytes, done);
    done += bytesWritten;
  }
}
