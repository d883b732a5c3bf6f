import type { Answer, PrometheusError } from '../../prometheus/reading.ts';

/** Asks a server one question, when it is that question's turn. Never rejects but for the caller's own signal. */
export type Ask = <T>(question: () => Promise<Answer<T>>) => Promise<Answer<T>>;

/** After so many questions in a row without any answer nothing more is asked: a run must not wait for each one. */
const GIVE_UP_AFTER = 4;

/** A way to ask that has so many questions under way at most, and that gives up on a server that is silent. */
export function createAsk(concurrency: number): Ask {
  const waiting: (() => void)[] = [];
  let free = Math.max(1, concurrency);
  let silences = 0;
  let silent: PrometheusError | undefined;

  return async (question) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      if (silent !== undefined && silences >= GIVE_UP_AFTER) return { ok: false, error: silent };
      const answer = await question();
      const heard = answer.ok || answer.error.kind === 'refused-query' || answer.error.kind === 'malformed';
      silences = heard ? 0 : silences + 1;
      silent = answer.ok || heard ? undefined : answer.error;
      return answer;
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
