import type { Clock } from '../time/clock.ts';
import { within } from '../time/deadline.ts';
import { describeOrder, type StopOrder } from './order.ts';
import type { StopSource } from './source.ts';
import { reasonOf } from '../reason-of.ts';

/** What was done at one source. */
export interface StopDone {
  readonly where: string;
  readonly done: boolean;
  /** A sentence for people. */
  readonly detail: string;
}

const WITHIN_MS = 10_000;

/** Orders a stop at every source; one that fails never keeps another from being ordered. */
export function orderEverywhere(
  sources: readonly StopSource[],
  order: StopOrder,
  clock: Clock,
): Promise<readonly StopDone[]> {
  return atEach(sources, clock, async (source, signal) => {
    const stands = await source.order(order, signal);
    return stands === order
      ? `Ordered in ${source.where}.`
      : `In ${source.where} one stands already, ordered ${describeOrder(stands)}.`;
  });
}

/** Clears the stop at every source. */
export function clearEverywhere(sources: readonly StopSource[], clock: Clock): Promise<readonly StopDone[]> {
  return atEach(sources, clock, async (source, signal) => {
    const cleared = await source.clear(signal);
    return cleared === undefined
      ? `None stood in ${source.where}.`
      : `Cleared in ${source.where}; it was ordered ${describeOrder(cleared)}.`;
  });
}

function atEach(
  sources: readonly StopSource[],
  clock: Clock,
  act: (source: StopSource, signal: AbortSignal) => Promise<string>,
): Promise<readonly StopDone[]> {
  return Promise.all(
    sources.map(async (source) => {
      const { where } = source;
      try {
        const detail = await within(clock, WITHIN_MS, 'It', undefined, (signal) => act(source, signal));
        return { where, done: true, detail };
      } catch (error) {
        const reason = reasonOf(error);
        return { where, done: false, detail: `Not done in ${where}: ${reason}` };
      }
    }),
  );
}
