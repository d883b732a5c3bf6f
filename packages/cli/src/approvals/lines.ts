import { createInterface, type Interface } from 'node:readline';
import { isTerminal, throwAwayTyped } from './throw-away.ts';

/** Lines of an input, for one question after the other. */
export interface Lines {
  /** The next line; undefined when the input has ended. Rejects with the signal's reason. */
  readonly next: (signal: AbortSignal) => Promise<string | undefined>;
  /** What was typed at a terminal before now is never given. What comes by a pipe was meant for what is asked. */
  readonly forgetTyped: (signal: AbortSignal) => Promise<void>;
  /** Leaves the input to whoever reads it next. What has come behind the last line is gone. */
  readonly close: () => void;
}

/**
 * Reads an input line by line: what has come behind a line is kept for the next one. Nothing is read, and nothing is
 * kept alive, while nobody waits.
 *
 * @param interrupted told of a Control-C that the terminal has not made a signal of
 */
export function linesOf(input: NodeJS.ReadableStream, interrupted: () => void): Lines {
  const lines: string[] = [];
  let reader: Interface | undefined;
  let hasEnded = false;
  let wake = (): void => {};
  const open = (): Interface => {
    const opened = createInterface({ input, terminal: false })
      .on('line', (line) => {
        lines.push(line);
        wake();
      })
      .on('close', () => {
        // One that was closed to be read past has not ended.
        if (reader !== opened) return;
        hasEnded = true;
        wake();
      });
    return opened;
  };
  const close = (): void => {
    const before = reader;
    reader = undefined;
    before?.close();
    lines.length = 0;
  };
  return {
    close,
    forgetTyped: async (signal) => {
      if (!isTerminal(input) || hasEnded) return;
      close();
      await throwAwayTyped(input, interrupted, signal);
    },
    next: async (signal) => {
      const abort = (): void => wake();
      signal.addEventListener('abort', abort, { once: true });
      reader ??= open();
      if (!hasEnded) reader.resume();
      try {
        for (;;) {
          signal.throwIfAborted();
          const line = lines.shift();
          if (line !== undefined || hasEnded) return line;
          await new Promise<void>((resolve) => (wake = resolve));
        }
      } finally {
        signal.removeEventListener('abort', abort);
        if (!hasEnded) reader?.pause();
      }
    },
  };
}
