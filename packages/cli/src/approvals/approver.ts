import type { Approval, Approve } from '@ordeal/dr/drills/drill';
import type { Clock } from '@ordeal/shared/time/clock';
import { formatDuration } from '@ordeal/shared/time/duration';
import type { Asking } from '../drill-flags.ts';
import type { Edge } from '../edge.ts';
import type { Lines } from './lines.ts';

/** Nobody has answered in time. */
class NoAnswer extends Error {}

/** Puts questions to a person, one at a time. No answer in time is a no. */
export function approverOf({ by, withinMs }: Asking, edge: Edge, clock: Clock): Approve {
  const tell = (text: string): void => void edge.stderr.write(`\n${text}`);
  let lines: Lines | undefined;
  // Most runs ask nobody, and each way brings much along.
  const ask = async (question: string, signal: AbortSignal): Promise<Approval> => {
    switch (by.how) {
      case 'terminal': {
        lines ??= (await import('./lines.ts')).linesOf(edge.stdin, () => edge.interrupt());
        const streams = { lines, stderr: edge.stderr };
        return (await import('./by-terminal.ts')).askAtTerminal(question, streams, signal);
      }
      case 'file':
        return (await import('./by-file.ts')).askByFile(by.path, question, { clock, signal }, tell);
      case 'http':
        return (await import('./by-http.ts')).askByHttp(by.listen, question, signal, tell);
    }
  };
  return async (question, signal) => {
    const late = new AbortController();
    const done = new AbortController();
    void clock
      .sleep(withinMs, done.signal)
      .then(() => late.abort(new NoAnswer()))
      .catch(() => undefined);
    try {
      return await ask(question, AbortSignal.any([signal, late.signal]));
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      const why = `no answer within ${formatDuration(withinMs / 1000)}`;
      return { approved: false, by: 'nobody', why, how: by.how };
    } finally {
      done.abort();
    }
  };
}
