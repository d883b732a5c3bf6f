import type { Clock } from '@ordeal/shared/time/clock';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { Edge, Interrupting } from '../edge.ts';

/** The exit code of what was interrupted. */
export function exitCodeOf(signal: Interrupting): 130 | 143 {
  return signal === 'SIGINT' ? 130 : 143;
}

/** Why a command was interrupted, and the exit code that says so. */
export class Interrupted extends Error {
  readonly exitCode: 130 | 143;

  constructor(signal: Interrupting) {
    super(`interrupted by ${signal}`);
    this.name = 'Interrupted';
    this.exitCode = exitCodeOf(signal);
  }
}

/** Watches for signals from the beginning of a command to its end, so that none falls into a gap. */
export interface Interruption {
  /** Aborted, with an `Interrupted`, by the first signal. */
  readonly signal: AbortSignal;
  /** Says how to find out what is left behind when everything is ended at once. */
  whatIsLeft(list: () => readonly string[]): void;
  stop(): void;
}

/**
 * A terminal, `timeout` and systemd send a signal to every process of a group, and the launcher passes its own on: what
 * comes so soon after the one before is the same.
 */
const SAME_WITHIN_MS = 500;

/**
 * The first signal aborts what is under way, which then heals and writes its record. A second one changes
 * nothing and says so; the third ends at once and says what is left.
 */
export function watchSignals(
  edge: Edge,
  ending = 'ending in order; everything is healed first',
  clock: Pick<Clock, 'now'> = systemClock,
): Interruption {
  const controller = new AbortController();
  let left: () => readonly string[] = () => [];
  let count = 0;
  let counted = -Infinity;
  const stop = edge.onSignal((signal) => {
    if (clock.now() - counted < SAME_WITHIN_MS) return;
    counted = clock.now();
    count += 1;
    if (count === 1) {
      edge.stderr.write(`\n${signal}: ${ending} …\n`);
      controller.abort(new Interrupted(signal));
    } else if (count === 2) {
      edge.stderr.write(`\n${signal}: still at it; once more ends at once and may leave faults behind.\n`);
    } else {
      const open = left();
      const list =
        open.length === 0
          ? 'no fault is in. A lab that was being used is still up (`ordeal lab down`).'
          : `left behind:\n${open.map((one) => `  ${one}\n`).join('')}The guardian goes on healing; \`ordeal recover\` shows the state.`;
      edge.stderr.write(`\n${signal}: ended at once; ${list}\n`);
      edge.exit(exitCodeOf(signal));
    }
  });
  return {
    signal: controller.signal,
    whatIsLeft: (list) => {
      left = list;
    },
    stop,
  };
}
