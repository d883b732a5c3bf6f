import type { RunContext } from '@ordeal/shared/drivers/run-context';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { ResidueRecord } from '@ordeal/shared/record/record';
import type { UndoEntry } from '@ordeal/shared/undo/entry';
import { PROCESS_DRIVER } from '@ordeal/shared/undo/process-healer';
import { unwind } from '@ordeal/shared/undo/unwind';
import type { Healers } from '@ordeal/shared/undo/healer';
import { faultsPresent } from './faults-present.ts';
import { endWorkload, replaceWorkload, type Session } from './session.ts';
import { sweep } from './sweep.ts';

const HEAL_DEADLINE_MS = 60_000;

/**
 * Ends everything that the run has started or broken, whatever state it is in: workload, observers, faults,
 * what journeys left on the platform. Has a deadline of its own and never the run's signal.
 */
export async function endEverything(session: Session, healers: Healers): Promise<readonly ResidueRecord[]> {
  const { results, context } = session;
  // Faults first: what was broken hurts now. Programs of the run's own are asked to end in order before they are
  // made to.
  const residue = [...(await healFaults(context, healers, (entry) => entry.driver !== PROCESS_DRIVER))];
  await quietly(session, 'stopping the workload', async () => {
    const isOnly = results.loads.length === 0;
    if (isOnly) await endWorkload(results);
    else await replaceWorkload(results);
  });
  for (const drill of results.drills) {
    await quietly(session, 'ending the observers', () => drill.dispose());
  }
  residue.push(...(await healFaults(context, healers, (entry) => entry.driver === PROCESS_DRIVER)));
  for (const left of await sweep(session.loaded.platform, context.runId, context.clock)) {
    residue.push({
      what: 'data that the run created',
      where: left,
      how: 'the platform did not delete it; delete it by hand',
    });
  }
  return [...residue, ...(await lookAgain(session))];
}

async function healFaults(
  context: RunContext,
  healers: Healers,
  select: (entry: UndoEntry) => boolean,
): Promise<readonly ResidueRecord[]> {
  const outcome = await unwind(context.undo, healers, {
    select,
    clock: context.clock,
    deadlineMs: HEAL_DEADLINE_MS,
    by: 'run',
    say: (message) => context.journal.append({ type: 'note', message }),
  });
  const kept = outcome.kept.map((entry) => ({
    what: entry.describe,
    where: `undo entry ${entry.id}`,
    how: `kept on purpose: ${context.undo.promotion()?.nextStep ?? 'run `ordeal recover`'}`,
  }));
  return [...outcome.left, ...kept];
}

/** Targets that were just healed may take so long until they are well. */
const SETTLED_WITHIN_MS = 20_000;

/** A real look at every target: what we believe we did is not enough. */
async function lookAgain(session: Session): Promise<readonly ResidueRecord[]> {
  const { context, scenario } = session;
  const touched = scenario.phases.some((phase) => phase.phase === 'experiment' || phase.phase === 'drill');
  if (!touched || !session.results.begun || context.undo.promotion() !== undefined) return [];
  const deadline = context.clock.now() + SETTLED_WITHIN_MS;
  for (;;) {
    const residue = await look(session);
    if (residue.length === 0 || context.clock.now() > deadline) return residue;
    await context.clock.sleep(250);
  }
}

async function look(session: Session): Promise<readonly ResidueRecord[]> {
  const found = await faultsPresent(session, () => AbortSignal.timeout(10_000));
  return found.map(({ entry, status }) => ({
    what: entry.title,
    where: status.state === 'present' ? status.detail : `cannot be told: ${status.reason}`,
    how: 'run `ordeal recover`',
  }));
}

async function quietly(session: Session, what: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    const message = `${what} failed: ${reasonOf(error)}`;
    session.context.journal.append({ type: 'warning', message });
  }
}
