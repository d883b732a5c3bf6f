import { createInterface } from 'node:readline';
import type { Approval } from '@ordeal/dr/drills/drill';
import { userName } from '@ordeal/shared/process/user';

/** Asks at the terminal. The answer begins with yes or no; what is behind it is the reason. */
export async function askAtTerminal(
  question: string,
  streams: { readonly stdin: NodeJS.ReadableStream; readonly stderr: NodeJS.WritableStream },
  signal: AbortSignal,
): Promise<Approval> {
  const lines = createInterface({ input: streams.stdin, terminal: false });
  const by = userName();
  try {
    return await new Promise<Approval>((resolve, reject) => {
      const abort = (): void => reject(signal.reason as Error);
      if (signal.aborted) abort();
      signal.addEventListener('abort', abort, { once: true });
      const ask = (): void => void streams.stderr.write(`${question} (yes or no, and why): `);
      lines.on('line', (line) => {
        const read = /^\s*(yes|y|no|n)\b[\s,:]*(.*)$/i.exec(line);
        if (read === null) return ask();
        const approved = (read[1] ?? '').toLowerCase().startsWith('y');
        resolve({ approved, by, why: (read[2] ?? '').trim(), how: 'terminal' });
      });
      lines.on('close', () =>
        resolve({
          approved: false,
          by: 'nobody',
          why: 'the input has ended, so nobody can answer',
          how: 'terminal',
        }),
      );
      ask();
    });
  } finally {
    lines.close();
  }
}
