import { close, constants, openSync, write, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

/** JSON lines that are on disk when they are said to be. */
export interface DurableLog {
  /** Resolves when the entry is on disk. Entries that come in meanwhile share the next sync. */
  append(entry: object): Promise<void>;
  /** The same, of lines that are written already, each with its end. */
  appendLines(lines: string): Promise<void>;
  /** Hands what is waiting to the operating system at once; for a process that is about to end. */
  flushNow(): void;
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** A write returns when its bytes are on disk: one call where a write and a sync would be two. */
const { O_APPEND, O_CREAT, O_DSYNC, O_EXCL, O_WRONLY } = constants;
const flags = O_APPEND | O_CREAT | O_DSYNC | O_EXCL | O_WRONLY;
const writeBytes = promisify(write);
/** Writes begin so far apart at least: under load, each costs more than all that is in it. */
const gatherMs = 4;

/** Makes a new file; one that exists already is an error, for nothing may be added to the evidence of another. */
export function openDurableLog(path: string): DurableLog {
  const fd = openSync(path, flags, 0o600);
  let lines = '';
  let waiting: Waiting[] = [];
  let running: Promise<void> | null = null;

  const commit = async (): Promise<void> => {
    while (waiting.length > 0) {
      const [group, text] = [waiting, lines];
      waiting = [];
      lines = '';
      const begun = performance.now();
      try {
        await writeAll(fd, Buffer.from(text));
        for (const one of group) one.resolve();
      } catch (error) {
        const failure = new Error(`Could not write to ${path}. Is the disk full?`, { cause: error });
        for (const one of group) one.reject(failure);
      }
      const rest = gatherMs - (performance.now() - begun);
      if (rest > 0) await delay(rest);
    }
    running = null;
  };

  const appendLines = (more: string): Promise<void> =>
    new Promise((resolve, reject) => {
      lines += more;
      waiting.push({ resolve, reject });
      running ??= Promise.resolve().then(commit);
    });

  return {
    append: (entry) => appendLines(`${JSON.stringify(entry)}\n`),
    appendLines,
    flushNow: () => {
      if (lines !== '') writeSync(fd, lines);
      lines = '';
      waiting = [];
    },
    close: async () => {
      await running;
      await promisify(close)(fd);
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
