import type { Clock } from '../time/clock.ts';
import { lookForStop } from './look.ts';
import { describeOrder, type StopOrder } from './order.ts';
import type { StopSource } from './source.ts';

/** Somebody has ordered an emergency stop: why a run is aborted. */
export class EmergencyStop extends Error {
  readonly order: StopOrder;

  constructor(where: string, order: StopOrder) {
    super(`emergency stop, ordered ${describeOrder(order)} (${where})`);
    this.name = 'EmergencyStop';
    this.order = order;
  }
}

/** A stop could not have reached this run for so long that it does not go on. */
export class EmergencyStopUnheard extends Error {
  constructor(where: string, seconds: number, reason: string) {
    super(
      `an emergency stop could not have reached this run for ${seconds} s: ${where} cannot be read (${reason})`,
    );
    this.name = 'EmergencyStopUnheard';
  }
}

export interface WatchSettings {
  readonly clock: Clock;
  readonly say: (message: string) => void;
  /** Milliseconds between two looks at a source; default 200, so that a run heals within a second of the order. */
  readonly everyMs?: number;
  readonly answerWithinMs?: number;
  /** A source that must be heard may be silent for so long; default 30 s. */
  readonly silentMs?: number;
}

export interface StopWatch {
  /** Aborted with an `EmergencyStop`, or an `EmergencyStopUnheard`. */
  readonly signal: AbortSignal;
  /** Ends the watch. Resolves when nothing looks any more. */
  end(): Promise<void>;
}

const EVERY_MS = 200;
const SILENT_MS = 30_000;

/** Looks for an emergency stop again and again, at each source by itself: a slow one never holds up another. */
export function watchForStop(sources: readonly StopSource[], settings: WatchSettings): StopWatch {
  const stopped = new AbortController();
  const ended = new AbortController();
  const watching = sources.map((source) => watchSource(source, settings, stopped, ended.signal));
  return {
    signal: stopped.signal,
    end: async () => {
      ended.abort(new Error('the watch has ended'));
      await Promise.all(watching);
    },
  };
}

async function watchSource(
  source: StopSource,
  settings: WatchSettings,
  stopped: AbortController,
  ended: AbortSignal,
): Promise<void> {
  const { clock, say, everyMs = EVERY_MS, answerWithinMs, silentMs = SILENT_MS } = settings;
  const ending = AbortSignal.any([ended, stopped.signal]);
  let heard = clock.now();
  let silent = false;
  while (!ending.aborted) {
    try {
      const sight = await lookForStop(source, {
        clock,
        signal: ending,
        ...(answerWithinMs === undefined ? {} : { answerWithinMs }),
      });
      if (sight.state === 'ordered') {
        stopped.abort(new EmergencyStop(source.where, sight.order));
        return;
      }
      if (sight.state === 'clear') {
        if (silent) say(`Emergency stop: ${source.where} can be read again.`);
        silent = false;
        heard = clock.now();
      } else {
        if (!silent) say(sentenceOf(source, sight.reason, silentMs));
        silent = true;
        if (source.whenUnknown === 'hold' && clock.now() - heard >= silentMs) {
          stopped.abort(new EmergencyStopUnheard(source.where, silentMs / 1000, sight.reason));
          return;
        }
      }
      await clock.sleep(everyMs, ending);
    } catch {
      // Only the end of the watch gets here.
      return;
    }
  }
}

function sentenceOf({ where, whenUnknown }: StopSource, reason: string, silentMs: number): string {
  const follows =
    whenUnknown === 'hold'
      ? `the run is aborted if that lasts for ${silentMs / 1000} s`
      : 'the run goes on without it';
  return `Emergency stop: ${where} cannot be read (${reason}); ${follows}.`;
}
