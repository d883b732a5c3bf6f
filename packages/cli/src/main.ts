import { processEdge } from './edge.ts';
import { CommandError, exitCodes, explainError } from './command-error.ts';
import { runProgram } from './program.ts';

/** The whole of `ordeal`. Ends the process. */
export async function main(): Promise<never> {
  const edge = processEdge();
  // The guardian heals as soon as this process is gone.
  edge.onDefect((error) => {
    edge.stderr.write(explainDefect(error));
    edge.exit(exitCodes.broken);
  });
  const code = await exitCodeOf(() => runProgram(edge), edge.stderr);
  // What is still open (a keep-alive socket, a timer of a library) must not hold a finished command back.
  await Promise.all([drained(edge.stdout), drained(edge.stderr)]);
  return edge.exit(code);
}

async function exitCodeOf(program: () => Promise<number>, stderr: NodeJS.WriteStream): Promise<number> {
  try {
    return await program();
  } catch (error) {
    if (error instanceof CommandError) {
      stderr.write(`${explainError(error)}\n`);
      return error.exitCode;
    }
    stderr.write(explainDefect(error));
    return exitCodes.broken;
  }
}

function explainDefect(error: unknown): string {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `ordeal itself broke; this is a defect of ordeal, not of the platform.\n${detail}\n`;
}

function drained(stream: NodeJS.WriteStream): Promise<void> {
  return stream.writableLength === 0
    ? Promise.resolve()
    : new Promise((resolve) => stream.write('', () => resolve()));
}
