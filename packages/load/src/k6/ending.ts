import exec from 'k6/execution';
import { arrivalsUntil } from '../shapes/arrivals.ts';
import type { ScriptSpec } from './script-spec.ts';

/**
 * Iterations by which the count of completed ones must exceed what the rate allows before it means "end".
 * Covers the ticks of the second under way, whatever the rate.
 */
const SLACK_ITERATIONS = 200;

/** Tells the virtual users of a script that it has to end. */
export interface Ending {
  /** Whether no further journey may begin. */
  begun(): boolean;
  /** The same, a second ahead: once it has begun by this, no virtual user sees it from below again. */
  ahead(): boolean;
}

/*
 * k6 cuts iterations off at its first signal, and its virtual users share no memory. The one number that all
 * of them see, and that one of them can drive alone, is the count of completed iterations. Journeys cannot
 * complete more than have arrived, rate × time; once the control scenario has pushed the count beyond that, by
 * iterations that do nothing, every further journey is skipped and the ones under way come to their end.
 */
export function createEnding(spec: ScriptSpec): Ending {
  // k6 makes the object anew, at a price, each time that it is asked for.
  let instance: typeof exec.instance | undefined;
  /** As many may have completed by now: what was allowed at any moment before is allowed still. */
  let allowed = -1;

  const limit = (margin: number): number => {
    instance ??= exec.instance;
    const seconds = instance.currentTestRunDuration / 1000;
    return arrivalsUntil(spec, seconds + margin) + SLACK_ITERATIONS * (1 + margin);
  };
  const completed = (): number => {
    instance ??= exec.instance;
    return instance.iterationsCompleted;
  };

  return {
    begun() {
      const count = completed();
      if (count <= allowed) return false;
      allowed = limit(0);
      return count > allowed;
    },
    ahead: () => completed() > limit(1),
  };
}
