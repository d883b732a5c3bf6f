import { close, fdatasync, openSync, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';

/** JSON lines that are on disk when they are said to be. */
export interface DurableLog {
  /** Resolves when the entry is on disk (fdatasync). Entries that come in meanwhile share the next sync. */
  append(entry: object): Promise<void>;
  /** The same, of lines that are written already, each with its end. */
  appendLines(lines: string): Promise<void>;
  /** Hands what is waiting to the operating system at once; for a process that is about to end. */
  flushNow(): void;
  close(): Promise<void>;
}

interface Waiting {
  readonly lines: string;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** Makes a new file; one that exists already is an error, for nothing may be added to the evidence of another. */
export function openDurableLog(path: string): DurableLog {
  const fd = openSync(path, 'ax', 0o600);
  let waiting: Waiting[] = [];
  let running: Promise<void> | null = null;

  const commit = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      try {
        await writeAll(fd, Buffer.from(group.map((one) => one.lines).join('')));
        await promisify(fdatasync)(fd);
        for (const one of group) one.resolve();
      } catch (error) {
        const failure = new Error(`Could not write to ${path}. Is the disk full?`, { cause: error });
        for (const one of group) one.reject(failure);
      }
    }
    running = null;
  };

  const appendLines = (lines: string): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.push({ lines, resolve, reject });
      running ??= commit();
    });

  return {
    append: (entry) => appendLines(`${JSON.stringify(entry)}\n`),
    appendLines,
    flushNow: () => {
      if (waiting.length > 0) writeSync(fd, waiting.map((one) => one.lines).join(''));
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
    const { bytesWritten } = await promisify(write)(fd, bytes, done);
    done += bytesWritten;
  }
}
