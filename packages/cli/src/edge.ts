import process from 'node:process';
import { join } from 'node:path';

/** What ends a command before its time: a signal, or the end of what has started it in its own place (`bin/run-in-place.js`). */
export type Interrupting = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'the end of its launcher';

/** What the command reads of the process it runs in. This file is the only one that does. */
export interface Edge {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly argv: readonly string[];
  /** The Node that runs this, for programs of their own. */
  readonly node: string;
  /** Root of the project's checkout. */
  readonly root: string;
  readonly pid: number;
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  onSignal(listener: (signal: Interrupting) => void): () => void;
  /** As if Control-C had been pressed: where a terminal is read as it is, it is a character. */
  interrupt(): void;
  /** Takes what nobody has caught, so that a defect is never taken for a failed verdict (Node's own code is 1). */
  onDefect(listener: (error: unknown) => void): void;
  /**
   * Asks whoever sits at the terminal, and gives the line that is typed after the question was shown; undefined when
   * nobody sits there. Rejects when the signal is aborted.
   */
  ask(question: string, signal: AbortSignal): Promise<string | undefined>;
  /** What standard output could not take (a disk that is full); that nobody reads it any more is no such reason. */
  lostOutput(): string | undefined;
  exit(code: number): never;
}

export function processEdge(): Edge {
  // Whoever reads may have gone (`ordeal … | head`): the run goes on, and its record is in its folder.
  process.stderr.on('error', () => {});
  let lost: string | undefined;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') lost ??= error.message;
  });
  const interrupt = (): void => void process.kill(process.pid, 'SIGINT');
  return {
    env: process.env,
    cwd: process.cwd(),
    argv: process.argv.slice(2),
    node: process.execPath,
    root: join(import.meta.dirname, '..', '..', '..'),
    pid: process.pid,
    // Opened only by whoever reads it: it would keep the program from ending.
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    onSignal: (listener) => {
      const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
      for (const signal of signals) process.on(signal, listener);
      // The channel is there only where another Node has started this one in its own place, and keeps nothing from ending.
      const orphaned = (): void => listener('the end of its launcher');
      process.on('disconnect', orphaned);
      process.channel?.unref();
      if (process.connected === false) orphaned();
      return () => {
        for (const signal of signals) process.off(signal, listener);
        process.off('disconnect', orphaned);
      };
    },
    interrupt,
    onDefect: (listener) => {
      process.on('uncaughtException', listener);
      process.on('unhandledRejection', listener);
    },
    ask: async (question, signal) => {
      if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
      const { linesOf } = await import('./approvals/lines.ts');
      const lines = linesOf(process.stdin, interrupt);
      try {
        await lines.forgetTyped(signal);
        process.stderr.write(question);
        return (await lines.next(signal)) ?? '';
      } finally {
        lines.close();
      }
    },
    lostOutput: () => lost,
    exit: (code) => process.exit(code),
  };
}

/** Where the project keeps the programs that it built for itself. */
export function toolCache(edge: Edge): string {
  return join(edge.root, '.cache', 'tools', 'bin');
}
