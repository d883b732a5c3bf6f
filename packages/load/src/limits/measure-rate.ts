import { SECOND_AT } from '@ordeal/shared/platform/limit-course';
import type { RateLimitSpec } from '@ordeal/shared/platform/limit-spec';
import type { Clock } from '@ordeal/shared/time/clock';
import type { Asked } from './asked.ts';

/** What was asked of a rate limit, burst by burst. One that did not come about is empty. */
export interface RateSeen {
  /** Half of what is promised, at the window's begin. */
  readonly first: readonly Asked[];
  /** Later in the window: until it is refused. */
  readonly second: readonly Asked[];
  /** From then on, one at a time until one is admitted again. */
  readonly waiting: readonly Asked[];
  /** When all of the first burst is a window ago: until it is refused. */
  readonly third: readonly Asked[];
  /** Of another client: all that is promised, one right after another. Absent: nobody else can ask. */
  readonly whole?: readonly Asked[];
}

/** Who asks: the client that is measured, and another one where there can be one. */
export interface Clients {
  readonly ask: () => Promise<Asked>;
  readonly askAsAnother?: () => Promise<Asked>;
}

/** So many refusals in a row are one: where several count, the next one asked may still admit. */
export const REFUSALS = 2;
/** Beyond so many times what is promised nobody waits for a refusal. */
const MOST_TIMES = 2;
/** Shares of the window: until then it is asked now and then, from then on often, and at last no more. */
const [NEARLY, AT_LAST] = [0.9, 1.25];
/** How often, in shares of the window. */
const SELDOM = 0.1;
export const OFTEN = 0.01;

/**
 * Measures a rate limit's window. A fixed one admits all at once when it is over, a sliding one as many as were sent at
 * its begin: so half is sent then, and half later. Whether all may come at once is then tried as another client. Takes a
 * window, and a little more. Rejects when it is aborted.
 */
export async function measureRate(
  promised: Pick<RateLimitSpec, 'requests' | 'windowSeconds'>,
  { ask, askAsAnother }: Clients,
  timing: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<RateSeen> {
  const seen = await measureWindow(promised, ask, timing);
  if (askAsAnother === undefined) return seen;
  const letIn = seen.first.at(-1)?.outcome === 'admitted';
  return { ...seen, whole: letIn ? await burst(promised.requests, REFUSALS, askAsAnother) : [] };
}

async function measureWindow(
  { requests, windowSeconds }: Pick<RateLimitSpec, 'requests' | 'windowSeconds'>,
  ask: () => Promise<Asked>,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<RateSeen> {
  const windowMs = windowSeconds * 1000;
  const nothing = { second: [], waiting: [], third: [] };
  const first = await burst(Math.floor(requests / 2), 1, ask);
  const begun = first[0]?.sent;
  const end = first.at(-1);
  if (begun === undefined || end?.outcome !== 'admitted') return { ...nothing, first };

  await sleepUntil(begun + windowMs * SECOND_AT, clock, signal);
  const second = await burst(requests * MOST_TIMES, REFUSALS, ask);
  if (second.at(-1)?.outcome !== 'refused') return { ...nothing, first, second };

  const waiting = await untilAdmitted();
  const again = waiting.at(-1);
  if (again?.outcome !== 'admitted') return { first, second, waiting, third: [] };
  await sleepUntil(again.answered + (end.answered - begun) + windowMs * OFTEN, clock, signal);
  return { first, second, waiting, third: await burst(requests + REFUSALS, REFUSALS, ask) };

  async function untilAdmitted(): Promise<readonly Asked[]> {
    const asked: Asked[] = [];
    for (;;) {
      const gone = (clock.now() - (begun ?? 0)) / windowMs;
      if (gone > AT_LAST) return asked;
      await clock.sleep(windowMs * (gone < NEARLY ? Math.min(SELDOM, NEARLY - gone) : OFTEN), signal);
      const one = await ask();
      asked.push(one);
      if (one.outcome !== 'refused') return asked;
    }
  }
}

/** Asks until it is refused so often in a row, or `most` times, or until an answer is neither. */
async function burst(most: number, refusals: number, ask: () => Promise<Asked>): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  let inARow = 0;
  while (asked.length < most && inARow < refusals) {
    const one = await ask();
    asked.push(one);
    if (one.outcome === 'neither') break;
    inARow = one.outcome === 'refused' ? inARow + 1 : 0;
  }
  return asked;
}

async function sleepUntil(instant: number, clock: Clock, signal: AbortSignal): Promise<void> {
  await clock.sleep(Math.max(0, instant - clock.now()), signal);
}
