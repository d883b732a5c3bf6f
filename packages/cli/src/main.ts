import { processEdge } from './edge.ts';
import { CommandError, exitCodes, explainError } from './command-error.ts';
import { runProgram } from './program.ts';

const edge = processEdge();
// The guardian heals as soon as this process is gone.
edge.onDefect((error) => {
  edge.stderr.write(explainDefect(error));
  edge.exit(exitCodes.broken);
});
let code: number;
try {
  code = await runProgram(edge);
} catch (error) {
  if (error instanceof CommandError) {
    edge.stderr.write(`${explainError(error)}\n`);
    code = error.exitCode;
  } else {
    edge.stderr.write(explainDefect(error));
    code = exitCodes.broken;
  }
}
// What is still open (a keep-alive socket, a timer of a library) must not hold a finished command back.
await Promise.all([drained(edge.stdout), drained(edge.stderr)]);
edge.exit(code);

function explainDefect(error: unknown): string {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `ordeal itself broke; this is a defect of ordeal, not of the platform.\n${detail}\n`;
}

function drained(stream: NodeJS.WriteStream): Promise<void> {
  return stream.writableLength === 0
    ? Promise.resolve()
    : new Promise((resolve) => stream.write('', () => resolve()));
}
