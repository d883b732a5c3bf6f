import { reasonOf } from '@ordeal/shared/reason-of';
import { within } from '@ordeal/shared/time/deadline';
import { endStep } from '../../runbook/end-step.ts';
import { driverContextOf, type RestoreCourse } from '../course.ts';
import { removeMarkers } from '../markers.ts';
import { removeTarget } from '../target.ts';
import { TAKE_AWAY_SECONDS, timesOf } from './step-times.ts';

/** The last step, which is taken whatever became of those before it, and has time of its own. */
export const takeAway = {
  name: 'take away',
  plan: () =>
    'whatever happens, what was made for it is taken away: the restored server is stopped and deleted, and whatever was ' +
    'written into the source is deleted there',
} as const;

/** One thing that a restore has made. */
interface Made {
  readonly what: string;
  readonly remove: (signal: AbortSignal) => Promise<void>;
}

/** Takes away what was made. What does not go stays in the undo ledger, for the guardian and `ordeal recover`. */
export async function takeAllAway(course: RestoreCourse): Promise<void> {
  const { phase, context } = course;
  const { journal, clock } = context;
  const { name } = takeAway;
  const { target, timeout } = timesOf(name, phase);
  const startedAt = new Date(clock.wall()).toISOString();
  journal.append({ type: 'step-started', phase: phase.name, step: name, targetSeconds: target });
  const made = madeBy(course);
  const left: string[] = [];
  await Promise.all(
    made.map(async ({ what, remove }) => {
      try {
        await within(clock, (timeout ?? TAKE_AWAY_SECONDS) * 1000, `removing ${what}`, undefined, remove);
      } catch (error) {
        left.push(`${what} was not taken away: ${reasonOf(error)}`);
      }
    }),
  );
  for (const message of left) journal.append({ type: 'warning', message });
  endStep(course, {
    name,
    startedAt,
    target,
    outcome: made.length === 0 ? 'skipped' : left.length === 0 ? 'done' : 'failed',
    detail: left.join('; ') || made.map(({ what }) => what).join(', ') || 'nothing was made',
  });
}

function madeBy(course: RestoreCourse): readonly Made[] {
  const { taking, own, target, markers } = course;
  const { undo } = course.context;
  const made: Made[] = [];
  if (taking !== undefined) {
    // It was ended with its step. What it cannot take away itself stays noted, for whoever heals the run.
    const ended = async (): Promise<void> =>
      await taking.then(
        () => undefined,
        () => undefined,
      );
    made.push({ what: 'what there is of a copy that did not become complete', remove: ended });
  }
  // Only now: what is deleted in the source while a backup of it is replayed would be missing in that.
  if (own !== undefined) {
    made.push({ what: 'what the ledger has written', remove: async () => await own.observers.dispose() });
  }
  if (target !== undefined) {
    made.push({
      what: target.entry.describe,
      remove: async (signal) => {
        await removeTarget(target.undo, driverContextOf(course, signal));
        undo.settle(target.entry.id, 'run');
      },
    });
  }
  if (markers !== undefined) {
    made.push({
      what: markers.entry.describe,
      remove: async (signal) => {
        await removeMarkers(markers.undo, driverContextOf(course, signal));
        undo.settle(markers.entry.id, 'run');
      },
    });
  }
  return made;
}
