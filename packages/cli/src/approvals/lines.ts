import { createInterface, type Interface } from 'node:readline';

/** The next line of an input; undefined when it has ended. Rejects with the signal's reason. */
export type NextLine = (signal: AbortSignal) => Promise<string | undefined>;

/**
 * Reads an input line by line, for one question after the other: what has come behind a line is kept for the next one.
 * Nothing is read, and nothing is kept alive, while nobody waits.
 */
export function linesOf(input: NodeJS.ReadableStream): NextLine {
  const lines: string[] = [];
  let reader: Interface | undefined;
  let hasEnded = false;
  let wake = (): void => {};
  const open = (): Interface =>
    createInterface({ input, terminal: false })
      .on('line', (line) => {
        lines.push(line);
        wake();
      })
      .on('close', () => {
        hasEnded = true;
        wake();
      });
  return async (signal) => {
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
      if (!hasEnded) reader.pause();
    }
  };
}
