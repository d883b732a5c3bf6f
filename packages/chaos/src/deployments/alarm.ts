import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { ClientStream } from '@ordeal/shared/load/client-interval';
import type { AbortCondition } from '@ordeal/shared/platform/platform';
import { within } from '@ordeal/shared/time/deadline';
import type { Span } from '@ordeal/shared/time/interval';
import { abortNeeded } from '../experiment/abort.ts';

const LOOK_EVERY_MS = 500;
/** A command that was told to end gets so long until it is out of the way. */
const ENDS_WITHIN_MS = 5_000;

/** Why a deployment may not go on. `blind`: nobody sees what it does. */
export interface Stop {
  readonly how: 'aborted' | 'blind';
  readonly because: string;
}

/** A deployment's command was cut off, because the deployment may not go on. */
export class Stopped extends Error {
  readonly stop: Stop;

  constructor(stop: Stop) {
    super(stop.because);
    this.stop = stop;
  }
}

export interface Watched {
  readonly stream: ClientStream;
  readonly abort: AbortCondition;
  readonly generatorEnded: () => string | undefined;
  /** The client has been watched from here on. */
  readonly steady: Span;
}

/** Why the deployment may not go on at this moment; undefined while it may. */
export function whyStop({ stream, abort, generatorEnded, steady }: Watched, now: number): Stop | undefined {
  const ended = generatorEnded();
  if (ended !== undefined) return { how: 'blind', because: `the load generator has ended: ${ended}` };
  const intervals = stream.between(steady.from, now);
  const needed = abortNeeded(intervals, now, abort);
  if (needed === undefined) return undefined;
  const isSilent = !(now - (intervals.at(-1)?.to ?? -Infinity) <= abort.silentSeconds * 1000);
  return { how: isSilent ? 'blind' : 'aborted', because: needed.reason };
}

/** Does something that may take long. Rejects with `Stopped`, and ends it, when the deployment may not go on meanwhile. */
export async function besideAlarm<T>(
  watched: Watched,
  context: DriverContext,
  task: (context: DriverContext) => Promise<T>,
): Promise<T> {
  const { clock } = context;
  const over = new AbortController();
  const done = new AbortController();
  const signal = AbortSignal.any([context.signal, over.signal]);
  const stopped = new Promise<never>((_, reject) => {
    over.signal.addEventListener('abort', () => reject(over.signal.reason), { once: true });
  });
  const watch = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await clock.sleep(LOOK_EVERY_MS, done.signal);
      const stop = whyStop(watched, clock.now());
      if (stop !== undefined) over.abort(new Stopped(stop));
    }
  };
  // It ends when the task has, by `done`.
  void watch().catch(() => undefined);
  const doing = task({ ...context, signal });
  try {
    return await Promise.race([doing, stopped]);
  } catch (error) {
    if (!over.signal.aborted) throw error;
    await within(clock, ENDS_WITHIN_MS, 'Its end', undefined, () => doing).catch(() => undefined);
    throw over.signal.reason;
  } finally {
    done.abort();
  }
}
