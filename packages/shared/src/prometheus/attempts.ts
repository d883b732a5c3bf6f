import type { Clock } from '../time/clock.ts';
import { codeOf } from './cannot-ask.ts';
import type { Exchange } from './connection.ts';

/** What the last attempt came to, and how many there were. */
export interface Attempted {
  readonly exchange: Exchange;
  readonly attempts: number;
}

export interface AttemptOptions {
  readonly clock: Clock;
  /** Monotonic milliseconds: no attempt begins later. */
  readonly deadline: number;
  readonly signal: AbortSignal;
  /** Whether the server has answered the question, be it with its refusal: asking again would change nothing. */
  readonly isFinal: (exchange: Exchange) => boolean;
}

const ATTEMPTS = 3;
const PAUSE_MS = 150;

/** Too many questions, or something in front of the server that could not reach it. */
const PASSING = new Set([429, 502, 503, 504]);
/** A connection that could not be made or that broke. A certificate that is refused is not among them. */
const BROKEN = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/**
 * Asks until there is an answer that asking again would not change, a few times at most. Only for what is safe to
 * ask twice. A server that says for how long to wait is given that time, or is not asked again when there is less.
 */
export async function withAttempts(
  once: () => Promise<Exchange>,
  { clock, deadline, signal, isFinal }: AttemptOptions,
): Promise<Attempted> {
  for (let attempts = 1; ; attempts += 1) {
    const mayPause = (ms: number): boolean =>
      attempts < ATTEMPTS && !signal.aborted && clock.now() + ms < deadline;
    let pause = PAUSE_MS * attempts;
    try {
      const exchange = await once();
      pause = Math.max(pause, retryAfterMs(exchange.headers['retry-after'], clock.wall()));
      if (!PASSING.has(exchange.status) || isFinal(exchange) || !mayPause(pause))
        return { exchange, attempts };
    } catch (error) {
      if (!BROKEN.has(codeOf(error)) || !mayPause(pause)) throw error;
    }
    await clock.sleep(pause, signal);
  }
}

/** RFC 9110, 10.2.3: seconds, or a date. 0 when it says nothing. */
function retryAfterMs(value: string | undefined, wallMs: number): number {
  if (value === undefined) return 0;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? 0 : Math.max(0, date - wallMs);
}
