import type { Clock } from '../time/clock.ts';
import { within } from '../time/deadline.ts';
import { describeOrder, type StopSight } from './order.ts';
import type { StopSource } from './source.ts';
import { reasonOf } from '../reason-of.ts';

export interface LookSettings {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Milliseconds for an answer; default 2000. */
  readonly answerWithinMs?: number;
}

export const ANSWER_WITHIN_MS = 2_000;
/** The same where it is asked once: the first question to a cluster waits until its client is loaded. */
export const FIRST_ANSWER_WITHIN_MS = 15_000;

/** Looks at one source. Never rejects unless `signal` is aborted: what cannot be seen is unknown. */
export async function lookForStop(
  source: StopSource,
  { clock, signal, answerWithinMs = ANSWER_WITHIN_MS }: LookSettings,
): Promise<StopSight> {
  try {
    return await within(clock, answerWithinMs, 'Its answer', signal, (ending) => source.read(ending));
  } catch (error) {
    signal?.throwIfAborted();
    return { state: 'unknown', reason: reasonOf(error) };
  }
}

/** Whether a run may begin, in sentences. */
export interface StopCheck {
  /** Not empty: it may not. */
  readonly refusals: readonly string[];
  readonly warnings: readonly string[];
}

/** Asked before a run begins: a stop that stands refuses it, and so does one that has to be seen and cannot be. */
export async function checkForStop(
  sources: readonly StopSource[],
  settings: LookSettings,
): Promise<StopCheck> {
  const sights = await Promise.all(
    sources.map(async (source) => ({ source, sight: await lookForStop(source, settings) })),
  );
  const refusals: string[] = [];
  const warnings: string[] = [];
  for (const { source, sight } of sights) {
    if (sight.state === 'ordered') {
      refusals.push(
        `An emergency stop stands (${source.where}), ordered ${describeOrder(sight.order)}. \`ordeal stop --clear\` clears it.`,
      );
    } else if (sight.state === 'unknown') {
      const sentence = `Whether an emergency stop stands cannot be told: ${source.where} cannot be read (${sight.reason}).`;
      if (source.whenUnknown === 'hold') refusals.push(sentence);
      else warnings.push(`${sentence} The run goes on without it.`);
    }
  }
  return { refusals, warnings };
}
