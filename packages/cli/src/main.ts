import { processEdge } from './edge.ts';
import { CommandError, exitCodes, explainError } from './command-error.ts';
import { runProgram } from './program.ts';

const edge = processEdge();
let code: number;
try {
  code = await runProgram(edge);
} catch (error) {
  if (error instanceof CommandError) {
    edge.stderr.write(`${explainError(error)}\n`);
    code = error.exitCode;
  } else {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    edge.stderr.write(`ordeal itself broke; this is a defect of ordeal, not of the platform.\n${detail}\n`);
    code = exitCodes.broken;
  }
}
// What is still open (a keep-alive socket, a timer of a library) must not hold a finished command back.
await Promise.all([drained(edge.stdout), drained(edge.stderr)]);
edge.exit(code);

function drained(stream: NodeJS.WriteStream): Promise<void> {
  return stream.writableLength === 0
    ? Promise.resolve()
    : new Promise((resolve) => stream.write('', () => resolve()));
}
