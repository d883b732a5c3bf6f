import { reasonOf } from '@ordeal/shared/reason-of';
import { exactly } from '@ordeal/shared/time/interval';
import { GuardianGone } from '@ordeal/shared/undo/guarded-ledger';
import { mostSilentMs } from '../ledger/silence.ts';
import { mustObserve, noteCheck, observersOf, reach, waitedMs, type Course } from './course.ts';
import { checkStream } from './stream-check.ts';
import { untilWell } from './until-well.ts';
import { watchWriters } from './writers.ts';
import { ObserverBroke } from './drill.ts';
import { notBegun, unlessSo } from './refuse.ts';
import { stableInWords } from './stable.ts';
import type { DrillStep } from './steps.ts';
import { wellAfter } from './well.ts';

/** How much longer than planned the ledger may take to be as long as it must be. */
const leadSlackMs = 15_000;
const whatToDo =
  'find out why before anything is broken (probes-*.jsonl and ledger-*.jsonl of the run have each attempt), and drill a ' +
  'platform that is well';

/** Starts the probe streams and the ledger. */
export const observe: DrillStep = {
  name: 'observe',
  plan: (phase) =>
    `start the probes (an attempt every ${phase.probeEvery} s) and the ledger (${phase.ledgerRate} writes a second), and ask all ` +
    'nodes of the store whether they take writes',
  run: async (course, within) => {
    try {
      course.observers = await course.deps.startObservers();
    } catch (error) {
      within.signal.throwIfAborted();
      if (error instanceof GuardianGone) throw error;
      throw new ObserverBroke(reasonOf(error), { cause: error });
    }
    mustObserve(course);
    watchWriters(course, within);
    const names = course.observers.streams().map((stream) => stream.name);
    return { detail: `streams ${names.join(', ')} and the ledger run` };
  },
};

/**
 * Lets the ledger get long enough to tell a loss (its oldest write must survive), and sees to it that clients
 * are well: an outage that was there before says nothing about the drill.
 */
export const lead: DrillStep = {
  name: 'lead',
  plan: (phase) =>
    `observe for ${phase.ledgerLead} s with nothing wrong; ${unlessSo(phase, 'clients are well')}`,
  run: async (course, within) => {
    const { clock, signal } = within;
    const observers = observersOf(course);
    const wantedMs = course.phase.ledgerLead * 1000;
    const begun = clock.now();
    course.leadFrom = begun;
    const judgedFrom = begun + wantedMs / 2;
    for (;;) {
      mustObserve(course);
      const { first, last, acknowledged } = observers.ledger();
      const now = clock.now();
      const late = now - begun > wantedMs + leadSlackMs;
      // Attempts that take long are waited for: of a stream without any nothing can be said.
      const isSeen = observers
        .streams()
        .every(({ attempts }) => (attempts.at(-1)?.sent ?? -Infinity) >= judgedFrom);
      if ((isSeen || late) && first !== null && last !== null && now - Math.max(first, begun) >= wantedMs) {
        const silentMs = now - last;
        const most = mostSilentMs(course.phase.ledgerRate);
        const wrong = [
          noteCheck(
            course,
            'ledger runs',
            silentMs <= most,
            `${acknowledged} writes acknowledged, the last ${Math.round(silentMs)} ms ago (at most ${most} ms)`,
          ),
          ...observers.streams().map((stream) => checkStream(course, stream, 'before', judgedFrom)),
        ].filter((one) => one !== undefined);
        // What to do is the same for each of them, and is said once.
        if (wrong.length > 0) throw notBegun(course, [`${wrong.join('; ')}: ${whatToDo}`]);
        break;
      }
      if (late) {
        throw notBegun(course, [
          `expected acknowledged writes for ${course.phase.ledgerLead} s, found ${acknowledged} in ` +
            `${Math.round((now - begun) / 1000)} s: the platform does not take the ledger's writes; ${whatToDo}`,
        ]);
      }
      await clock.sleep(50, signal);
    }
    return { detail: `${observers.ledger().acknowledged} writes acknowledged, all streams well` };
  },
};

/**
 * Waits until every stream has recovered for as long as the phase wants it, and writes are taken again. Recovery counts
 * from where the good stretch began, so a stretch that began in time is waited out beyond the deadline.
 */
export const recover: DrillStep = {
  name: 'recover',
  plan: (phase) =>
    `wait until every stream is good for ${stableInWords(phase)}, and the ledger's writes are taken again; it must have ` +
    `begun within ${phase.deadline} s`,
  run: async (course, within) => {
    const { phase, context } = course;
    const t0 = startOf(course);
    const end = await untilWell(course, within, {
      from: t0,
      deadline: t0.low + phase.deadline * 1000 + waitedMs(course, context.clock.now()),
      // Clients may have been well before the runbook's last step: that step must be seen to have done no harm.
      changed: Math.max(t0.high, ...[...course.milestones.values()].map(({ high }) => high)),
    });
    if ('late' in end) {
      course.givenUpAfter = phase.deadline;
      throw new Error(`not recovered within ${phase.deadline} s: ${end.late}`);
    }
    course.recovery = { ...end, confirmedAt: context.clock.now() };
    const rto = wellAfter(end, t0);
    const seconds = `${(rto.low / 1000).toFixed(2)} to ${(rto.high / 1000).toFixed(2)} s`;
    const at = { low: t0.low + rto.low, high: t0.low + rto.high };
    reach(course, 'recovered', at, `clients are well again after ${seconds}`);
    return { detail: `recovered after ${seconds}` };
  },
};

/** Ends the ledger's writing, and reads everything back through the platform. */
export const readBack: DrillStep = {
  name: 'read back',
  plan: () => 'stop the ledger, and read every acknowledged write back through the platform',
  run: async (course, within) => {
    const observers = observersOf(course);
    try {
      await observers.stopWriting();
      course.ledger = await observers.readBack(startOf(course), course.phase.targets.rpo);
    } catch (error) {
      within.signal.throwIfAborted();
      throw new ObserverBroke(`the ledger could not be read back: ${reasonOf(error)}`, { cause: error });
    }
    const { lost, acknowledged } = course.ledger;
    return { detail: `${lost} of ${acknowledged} acknowledged writes lost` };
  },
};

function startOf(course: Course): NonNullable<Course['t0']> {
  return course.t0 ?? exactly(course.context.clock.now());
}
