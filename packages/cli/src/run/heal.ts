import { join } from 'node:path';
import { WRITTEN_DRIVER } from '@ordeal/dr/ledger/written-driver';
import type { RunContext } from '@ordeal/shared/drivers/run-context';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { ResidueRecord } from '@ordeal/shared/record/record';
import type { UndoEntry } from '@ordeal/shared/undo/entry';
import { PROCESS_DRIVER } from '@ordeal/shared/undo/process-healer';
import { unwind } from '@ordeal/shared/undo/unwind';
import { writerIn } from '@ordeal/shared/undo/writer-in';
import { within } from '@ordeal/shared/time/deadline';
import type { Healers } from '@ordeal/shared/undo/healer';
import { faultsPresent, type FaultFound } from './faults-present.ts';
import type { HealingBudget } from './healing-budget.ts';
import { endWorkload, replaceWorkload, type Session } from './session.ts';
import { sweep } from './sweep.ts';

/** What cannot be healed in this time will not be by trying on. */
const FAULTS_WITHIN_MS = 60_000;
const WRITTEN_WITHIN_MS = 10_000;
/** What each step leaves to those after it (ms): the workload, its programs, what journeys created, the last look. */
const RESERVED = { afterFaults: 20_000, afterWorkload: 15_000, afterPrograms: 10_000, afterSweep: 5_000 };

/**
 * Ends everything that the run has started or broken, whatever state it is in: workload, observers, faults,
 * what journeys left on the platform. Never by the run's signal, and within the budget: what has not ended by then is
 * residue.
 */
export async function endEverything(
  session: Session,
  healers: Healers,
  budget: HealingBudget,
): Promise<readonly ResidueRecord[]> {
  const { results, context } = session;
  const residue: ResidueRecord[] = [];
  // Faults first: what was broken hurts now. Programs of the run's own are asked to end in order before they are
  // made to.
  residue.push(
    ...(await healFaults(
      context,
      healers,
      Math.min(budget.leaves(RESERVED.afterFaults), FAULTS_WITHIN_MS),
      (entry) => !isProgram(entry) && !isWritten(entry),
    )),
  );
  await quietly(session, 'stopping the workload', budget.leaves(RESERVED.afterWorkload), () =>
    results.loads.length === 0 ? endWorkload(results) : replaceWorkload(results),
  );
  await quietly(session, 'ending the observers', budget.leaves(RESERVED.afterWorkload), () =>
    Promise.all(results.drills.map((drill) => drill.dispose())),
  );
  residue.push(...(await healFaults(context, healers, budget.leaves(RESERVED.afterPrograms), isProgram)));
  // The observers have tried for long: this is for those that did not come to it.
  const rest = Math.min(budget.leaves(RESERVED.afterPrograms), WRITTEN_WITHIN_MS);
  residue.push(...(await healFaults(context, healers, rest, isWritten)));
  residue.push(...(await deleteCreated(session, budget)));
  return [...residue, ...unresolved(context), ...(await lookAgain(session, budget.leaves(0)))];
}

/** A platform that was never reached is not asked whether anything is left there: nothing is. */
async function deleteCreated(
  { context, loaded, results }: Session,
  budget: HealingBudget,
): Promise<readonly ResidueRecord[]> {
  if (!results.mayHaveCreated) return [];
  const { clock, runId } = context;
  const left = await within(clock, budget.leaves(RESERVED.afterSweep), 'Deleting it', undefined, (signal) =>
    sweep(loaded.platform, runId, clock, signal),
  ).catch((error: unknown) => [`cannot be told: ${reasonOf(error)}`]);
  const how = 'the platform did not delete it; delete it by hand';
  return left.map((where) => ({ what: 'data that the run created', where, how }));
}

/** A drill that was cut off behind its point of no return has left a node fenced, also where no fault is in. */
function unresolved({ undo, dir }: RunContext): readonly ResidueRecord[] {
  const marks = undo.promotions();
  // What is kept for the sake of the only one says it already.
  if (marks.length === 1 && undo.open().some(({ revives }) => revives === 'old-primary')) return [];
  return marks.map((mark) => ({
    what: `what the drill ${mark.drill} had begun: the only writer of store ${mark.store} is to be node ${writerIn(mark)}`,
    where: join(dir, 'undo'),
    how: `left on purpose: ${mark.nextStep}`,
  }));
}

function isProgram({ driver }: UndoEntry): boolean {
  return driver === PROCESS_DRIVER;
}

/** Deleted only after whoever writes it has ended. */
function isWritten({ driver }: UndoEntry): boolean {
  return driver === WRITTEN_DRIVER;
}

async function healFaults(
  context: RunContext,
  healers: Healers,
  deadlineMs: number,
  select: (entry: UndoEntry) => boolean,
): Promise<readonly ResidueRecord[]> {
  const outcome = await unwind(context.undo, healers, {
    select,
    clock: context.clock,
    deadlineMs,
    by: 'run',
    say: (message) => context.journal.append({ type: 'note', message }),
  });
  const kept = outcome.kept.map((entry) => ({
    what: entry.describe,
    where: `undo entry ${entry.id}`,
    how: `kept on purpose: ${whatIsNext(context)}`,
  }));
  return [...outcome.left, ...kept];
}

function whatIsNext({ undo }: RunContext): string {
  const steps = undo.promotions().map(({ nextStep }) => nextStep);
  return steps.length === 0 ? 'run `ordeal recover`' : steps.join(' ');
}

/** Targets that were just healed may take so long until they are well. */
const SETTLED_WITHIN_MS = 20_000;
/** One that does not answer is asked for longer: on a machine that has far too much to do nobody answers for a while. */
const ANSWERS_WITHIN_MS = 60_000;
/** For one look at all of them. */
const LOOK_WITHIN_MS = 15_000;
const LEAST_LOOK_MS = 1_000;

/** A real look at every target: what we believe we did is not enough. */
async function lookAgain(session: Session, withinMs: number): Promise<readonly ResidueRecord[]> {
  const { context, scenario, loaded } = session;
  const { clock } = context;
  const touched = scenario.phases.some((phase) => phase.phase === 'experiment' || phase.phase === 'drill');
  if (!touched || !session.results.begun || context.undo.promotion() !== undefined) return [];
  const began = clock.now();
  for (;;) {
    const left = began + withinMs - clock.now();
    const found = await faultsPresent(loaded, {
      clock,
      withinMs: Math.min(Math.max(left, LEAST_LOOK_MS), LOOK_WITHIN_MS),
    });
    const isSilent = found.some(({ status }) => status.state === 'unknown');
    const patience = Math.min(withinMs, isSilent ? ANSWERS_WITHIN_MS : SETTLED_WITHIN_MS);
    if (found.length === 0 || clock.now() - began >= patience) return found.map(residueOf);
    await clock.sleep(250);
  }
}

function residueOf({ entry, status }: FaultFound): ResidueRecord {
  return {
    what: entry.title,
    where: status.state === 'present' ? status.detail : `cannot be told: ${status.reason}`,
    how: 'run `ordeal recover`',
  };
}

async function quietly(
  { context: { clock, journal } }: Session,
  what: string,
  withinMs: number,
  action: () => Promise<unknown>,
): Promise<void> {
  try {
    await within(clock, withinMs, 'It', undefined, action);
  } catch (error) {
    journal.append({ type: 'warning', message: `${what} failed: ${reasonOf(error)}` });
  }
}
