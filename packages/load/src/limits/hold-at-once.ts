import type { Clock } from '@ordeal/shared/time/clock';
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
/** It is under way. */
const NOT_YET: HeldAnswer = { status: 0, error: 'not answered yet' };

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
  const end = (request: HeldRequest): Promise<HeldAnswer> => within(request.answer, timeoutMs, clock, signal);
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
    const underWay = Promise.all(held.map((one) => one.underWay)).then(() => NOT_YET);
    await within(underWay, timeoutMs, clock, signal);
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

/** What is not there by then was not answered. */
async function within(
  awaited: Promise<HeldAnswer>,
  timeoutMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<HeldAnswer> {
  const over = new AbortController();
  const late = clock
    .sleep(timeoutMs, AbortSignal.any([signal, over.signal]))
    .then(() => ({ status: 0, error: 'timed out' }));
  late.catch(() => undefined);
  try {
    return await Promise.race([awaited, late]);
  } finally {
    over.abort();
  }
}
