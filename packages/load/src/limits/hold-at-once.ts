import type { Clock } from '@ordeal/shared/time/clock';
import { DeadlineExceeded, within } from '@ordeal/shared/time/deadline';
import type { HeldAnswer, HeldRequest } from './held-request.ts';

/** What came of so many requests that were held at once. */
export interface HeldSeen {
  /** Of each that was answered, or ended, before its body was complete. */
  readonly early: readonly HeldAnswer[];
  /** Of the others, once their bodies were. */
  readonly answers: readonly HeldAnswer[];
  /** Of those that were asked while all were held, one after another until one was refused. */
  readonly more: readonly HeldAnswer[];
  /** Of those that were asked when all had ended, until one was let in. */
  readonly afterwards: readonly HeldAnswer[];
  readonly heldSeconds: number;
}

/** Until the last of them has arrived, one more may still be let in. */
const MORE_FOR_MS = 2000;
/** A place may be free a moment after its answer. */
const AFTERWARDS_FOR_MS = 2000;
const PAUSE_MS = 50;

/**
 * Holds so many requests at once, asks one more meanwhile, and lets them end. Nothing is under way any more when it
 * resolves, or rejects because it was aborted.
 */
export async function holdAtOnce(
  {
    requests,
    hold,
    isRefusal,
    next,
  }: {
    readonly requests: number;
    /** Sends one but for the last byte of its body. */
    readonly hold: () => HeldRequest;
    readonly isRefusal: (answer: HeldAnswer) => boolean;
    /** Resolves when one more may be sent. */
    readonly next: () => Promise<void>;
  },
  {
    clock,
    signal,
    timeoutMs,
  }: { readonly clock: Clock; readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<HeldSeen> {
  const all: HeldRequest[] = [];
  const begin = async (): Promise<HeldRequest> => {
    await next();
    const request = hold();
    all.push(request);
    return request;
  };
  /** Undefined: it has not come in time. */
  const inTime = async <T>(awaited: Promise<T>): Promise<T | undefined> => {
    try {
      return await within(clock, timeoutMs, 'A held request', signal, () => awaited);
    } catch (error) {
      // That the run is over is a deadline, too, where its time is up.
      if (signal.aborted || !(error instanceof DeadlineExceeded)) throw error;
      return undefined;
    }
  };
  const end = async (request: HeldRequest): Promise<HeldAnswer> =>
    (await inTime(request.answer)) ?? { status: 0, error: 'timed out' };
  const ask = async (): Promise<HeldAnswer> => {
    const request = await begin();
    request.release();
    return end(request);
  };
  /** One after another, until one is as it should be or it has been long enough. */
  const askUntil = async (fits: (answer: HeldAnswer) => boolean, forMs: number): Promise<HeldAnswer[]> => {
    const answers: HeldAnswer[] = [];
    const until = clock.now() + forMs;
    for (;;) {
      const answer = await ask();
      answers.push(answer);
      if (fits(answer) || clock.now() > until) return answers;
      await clock.sleep(PAUSE_MS, signal);
    }
  };
  try {
    const started = clock.now();
    const held: HeldRequest[] = [];
    while (held.length < requests) held.push(await begin());
    await inTime(Promise.all(held.map((one) => one.underWay)));
    const more = await askUntil(isRefusal, MORE_FOR_MS);
    const early = held.flatMap((one) => one.answered() ?? []);
    const waiting = held.filter((one) => one.answered() === undefined);
    const heldSeconds = (clock.now() - started) / 1000;
    for (const one of waiting) one.release();
    const answers = await Promise.all(waiting.map(end));
    return {
      early,
      answers,
      more,
      afterwards: await askUntil((answer) => !isRefusal(answer), AFTERWARDS_FOR_MS),
      heldSeconds,
    };
  } finally {
    for (const one of all) one.drop();
  }
}
