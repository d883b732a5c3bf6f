import type { ClientInterval, ClientStream } from '@ordeal/shared/load/client-interval';
import type { Clock } from '@ordeal/shared/time/clock';
import type { Span } from '@ordeal/shared/time/interval';

/** How often a wait looks whether it is over. */
export const LOOK_EVERY_MS = 250;

/** Intervals that belong to a span: the larger part of each lies in it, so that neighbouring spans share none. */
export function intervalsOf(stream: ClientStream, span: Span): readonly ClientInterval[] {
  return stream.between(span.from, span.to).filter(({ from, to }) => {
    const middle = (from + to) / 2;
    return middle >= span.from && middle < span.to;
  });
}

/** Waits until an instant, as long as `stop` names no reason to end the wait. Gives that reason. */
export async function waitUntil(
  instant: number,
  clock: Clock,
  signal: AbortSignal,
  stop: () => string | undefined,
): Promise<string | undefined> {
  for (;;) {
    const reason = stop();
    if (reason !== undefined) return reason;
    const left = instant - clock.now();
    if (left <= 0) return undefined;
    await clock.sleep(Math.min(left, LOOK_EVERY_MS), signal);
  }
}

/** Waits until the stream is complete up to an instant, at most `ms`. False: it stayed behind. */
export async function completeUntil(
  stream: ClientStream,
  instant: number,
  ms: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean> {
  const until = clock.now() + ms;
  while (!(stream.completeUntil() >= instant)) {
    if (clock.now() >= until) return false;
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
  return true;
}
