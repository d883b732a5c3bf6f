import { join } from 'node:path';
import { processEdge, type Edge } from './edge.ts';
import { CommandError, exitCodes, explainError } from './command-error.ts';
import { runProgram } from './program.ts';

/** The whole of `ordeal`. Ends the process. */
export async function main(): Promise<never> {
  const edge = processEdge();
  // The guardian heals as soon as this process is gone.
  edge.onDefect((error) => {
    edge.stderr.write(explainDefect(error, edge.root));
    edge.exit(exitCodes.broken);
  });
  const code = await exitCodeOf(() => runProgram(edge), edge);
  // What is still open (a keep-alive socket, a timer of a library) must not hold a finished command back.
  await Promise.all([drained(edge.stdout), drained(edge.stderr)]);
  // That it could not be written is told a turn later.
  await new Promise((resolve) => setImmediate(resolve));
  return edge.exit(codeWithOutput(code, edge));
}

/** Codes that a broken suite outranks, as in a verdict. */
const LESSER: readonly number[] = [exitCodes.pass, exitCodes.fail, exitCodes.inconclusive];

/** Whoever was to read what was said has not got it: that is no pass. */
function codeWithOutput(code: number, { stderr, lostOutput }: Edge): number {
  const lost = lostOutput();
  if (lost === undefined) return code;
  stderr.write(
    `Standard output could not be written: ${lost}. Without that it would have ended with ${code}; a run's record is in its folder (\`ordeal report\`).\n`,
  );
  return LESSER.includes(code) ? exitCodes.broken : code;
}

async function exitCodeOf(program: () => Promise<number>, { stderr, root }: Edge): Promise<number> {
  try {
    return await program();
  } catch (error) {
    if (error instanceof CommandError) {
      stderr.write(`${explainError(error)}\n`);
      return error.exitCode;
    }
    stderr.write(explainDefect(error, root));
    return exitCodes.broken;
  }
}

/** Files in these folders of the checkout are ordeal's; all others that it loads, `platforms` too, are its users'. */
const OWN = ['packages', 'node_modules', 'scripts'];

function explainDefect(error: unknown, root: string): string {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const thrower = filesIn(detail).find((file) => !OWN.some((own) => file.startsWith(join(root, own, '/'))));
  return thrower === undefined
    ? `ordeal itself broke; this is a defect of ordeal, not of the platform.\n${detail}\n`
    : `${thrower} has thrown where nobody waits for it (in a timer, or a promise without await), which ends the run; this is a defect of that file.\n${detail}\n`;
}

/** Of the calls that a stack names, topmost first: file, line and column. Node's own have no file. */
function filesIn(stack: string): readonly string[] {
  const calls = stack.matchAll(/^ +at (?:.*\()?(?:file:\/\/)?(\/[^()\n]*:\d+:\d+)\)?$/gm);
  return [...calls].map(([, place = '']) => place);
}

function drained(stream: NodeJS.WriteStream): Promise<void> {
  return stream.writableLength === 0
    ? Promise.resolve()
    : new Promise((resolve) => stream.write('', () => resolve()));
}
