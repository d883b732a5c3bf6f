import type { Approval } from '@ordeal/dr/drills/drill';
import { userName } from '@ordeal/shared/process/user';
import type { Lines } from './lines.ts';

/** Asks at the terminal. The answer begins with yes or no; what is behind it is the reason. */
export async function askAtTerminal(
  question: string,
  { lines, stderr }: { readonly lines: Lines; readonly stderr: NodeJS.WritableStream },
  signal: AbortSignal,
): Promise<Approval> {
  // Nobody has agreed to what was not asked yet.
  await lines.forgetTyped(signal);
  for (;;) {
    stderr.write(`${question} (yes or no, and why): `);
    const line = await lines.next(signal);
    if (line === undefined) {
      const why = 'the input has ended, so nobody can answer';
      return { approved: false, by: 'nobody', why, how: 'terminal' };
    }
    const read = /^\s*(yes|y|no|n)\b[\s,:]*(.*)$/i.exec(line);
    if (read === null) continue;
    const approved = (read[1] ?? '').toLowerCase().startsWith('y');
    return { approved, by: userName(), why: (read[2] ?? '').trim(), how: 'terminal' };
  }
}
