import type { Clock } from '@ordeal/shared/time/clock';
import { failureOf, timedOut, type Failure } from '../failure.ts';
import { firstWord } from '../first-word.ts';
import { freshPool, keptPool, type Making } from '../pool.ts';
import type { Prober } from './prober.ts';
import { leastKept } from './variables.ts';

/** A connection that carries one question at a time. */
export interface Line {
  /** Connects before its first question. Rejects with the reason of the network or of the other side. */
  ask(count: number): Promise<void>;
  /** Closes it at once, whatever is under way. */
  close(): void;
  /** Whether the other side has closed it, or never took it. */
  isClosed(): boolean;
}

/**
 * Attempts over lines. `refusal` gives the word for an error by which the other side itself said no, and undefined for
 * all others, which are the network's.
 */
export function lineProber(
  settings: {
    readonly connection: 'pooled' | 'fresh';
    readonly timeoutMs: number;
    readonly clock: Clock;
    readonly refusal: (error: unknown) => string | undefined;
  },
  open: () => Line,
): Prober {
  const { connection, timeoutMs, clock, refusal } = settings;
  const making: Making<Line> = { open, close: (line) => line.close(), isClosed: (line) => line.isClosed() };
  const lines = connection === 'fresh' ? freshPool(making) : keptPool(making, leastKept);
  return {
    attempt: async (count) => {
      const line = lines.take();
      const sent = clock.now();
      const word = await firstWord<Word>(
        timeoutMs,
        () => ({ completed: clock.now(), failure: timedOut(timeoutMs) }),
        (say) =>
          void line.ask(count).then(
            () => say({ completed: clock.now() }),
            (error: unknown) => {
              const refused = refusal(error);
              const completed = clock.now();
              say(refused === undefined ? { completed, failure: failureOf(error) } : { completed, refused });
            },
          ),
      );
      const { completed, failure, refused } = word;
      // Whoever is told no keeps the connection, as every client's pool does: one that leads to a server which only
      // says no, as an old primary does, stays bad for as long as those of the platform's clients would.
      lines.giveBack(line, failure === undefined ? 'usable' : 'broken');
      if (refused !== undefined)
        return { sent, completed, ok: false, status: 0, error: `rejected: ${refused}` };
      if (failure === undefined) return { sent, completed, ok: true, status: 0 };
      const trouble = failure.error === 'observer' ? { trouble: failure.detail } : {};
      return { sent, completed, ok: false, status: 0, error: failure.error, ...trouble };
    },
    closeAll: () => lines.closeAll(),
  };
}

interface Word {
  readonly completed: number;
  readonly failure?: Failure;
  readonly refused?: string;
}
