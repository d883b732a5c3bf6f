import type { ClientInterval } from '@ordeal/shared/load/client-interval';
import type { Script } from '@ordeal/shared/load/shape/shape';
import { loadWindows } from '@ordeal/shared/scenario/load-windows';
import type { ShapedLoadPhase } from '@ordeal/shared/scenario/scenario';
import { assign, endWorkload, type PhaseOutcome, type Session } from '../session.ts';
import { beginLoad } from './load-begin.ts';
import { closeWindows } from './load-closing.ts';
import { untilOver, type EarlyEnd } from './load-until.ts';
import { workloadFor } from './load-workload.ts';
import { notJudged, validityOf } from './script-validity.ts';

/** k6 must not end before whoever waits for it has seen that the time is over. */
const TAIL_SECONDS = 30;
/** Beyond a ceiling by more than this is no accident of counting: a report is a second long. */
const BEYOND = 1.1;

/**
 * Runs a script's own scenarios to their end, or until their time is over, and closes the window. k6 itself holds their
 * requests back; what makes none, and so cannot be held back, ends the load as soon as it is seen.
 */
export async function scriptLoad(
  phase: ShapedLoadPhase,
  shape: Script,
  session: Session,
): Promise<PhaseOutcome> {
  const { context, results, loaded } = session;
  const running = await beginLoad(
    {
      ...workloadFor(phase, loaded.platform),
      rate: 0,
      atMostSeconds: Math.ceil(shape.seconds) + TAIL_SECONDS,
    },
    phase.on,
    session,
  );
  results.workload = running;
  const began = running.stream.between(-Infinity, Infinity)[0]?.from ?? context.clock.now();
  const over = began + shape.seconds * 1000;
  let end: EarlyEnd | undefined;
  try {
    end = await untilOver(running, over, session, (intervals) => beyond(shape, intervals));
  } finally {
    const record = await endWorkload(results);
    const intervals = running.stream.between(-Infinity, Infinity);
    const until = Math.min(over, running.stream.completeUntil());
    const planned = loadWindows(phase);
    const ended = { phase: phase.name, began, until, intervals, anchor: session.anchor };
    const windows = closeWindows(planned, ended);
    for (const window of windows) {
      results.windows.push(window);
      context.journal.append({ type: 'window-closed', window });
    }
    for (const { name, objectives } of planned) {
      const validity = windows.some((window) => window.name === name)
        ? validityOf(record?.validity, end)
        : notJudged(record?.validity, end, shape.warmUpSeconds);
      if (validity !== undefined) results.loadValid[name] = validity;
      assign(session, name, objectives);
    }
  }
  const { achieved = 0, requests = 0 } = results.loads.at(-1) ?? {};
  return end === undefined || end.how === 'finished'
    ? { next: 'continue', detail: `${achieved} iterations, ${requests} requests` }
    : { next: 'stop', detail: end.why };
}

/** Why a load has to end at once: iterations without requests are beyond what the platform lets itself be offered. */
function beyond({ ceiling }: Script, intervals: readonly ClientInterval[]): string | undefined {
  const last = intervals.at(-1);
  if (last === undefined) return undefined;
  const perSecond = (1000 * last.iterations) / (last.to - last.from);
  return last.to - last.from < LEAST_MS || perSecond <= BEYOND * ceiling
    ? undefined
    : `the script came to ${Math.round(perSecond)} iterations/s; its ceiling is ${ceiling}/s`;
}

/** Shorter reports say little of a rate. */
const LEAST_MS = 500;
