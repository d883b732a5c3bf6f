import { isShaped, loadWindows } from '@ordeal/shared/scenario/load-windows';
import { notRunInWords } from '@ordeal/shared/scenario/not-run';
import type { Phase, Scenario } from '@ordeal/shared/scenario/scenario';
import { keepYoungSpaceSmall } from '../young-space.ts';
import { assignPromised } from './assign-promised.ts';
import { onlyAsks } from './only-asks.ts';
import { assignDrill } from './phases/drill-assign.ts';
import { assignDeployment, leftOut, leftOutDeployment } from './phases/left-out.ts';
import { assign, type PhaseOutcome, type Session } from './session.ts';

/**
 * Runs the phases in their order. A phase that leaves the platform in no state to go on stops the rest; what
 * was left out is then inconclusive, never a pass.
 */
export async function executePhases(session: Session, phases: readonly PlannedTime[]): Promise<void> {
  const { journal, signal } = session.context;
  let stopped: string | undefined;
  const run = await phaseRunner(session.scenario);
  if (!onlyAsks(session.scenario)) await keepYoungSpaceSmall();
  for (const phase of session.scenario.notRun ?? []) {
    journal.append({ type: 'note', message: notRunInWords(phase) });
  }
  session.results.begun = true;
  for (const phase of session.scenario.phases) {
    const expectedSeconds = phases.find((one) => one.name === phase.name)?.expectedSeconds ?? 0;
    signal.throwIfAborted();
    if (stopped !== undefined) {
      journal.append({ type: 'phase-ended', phase: phase.name, outcome: 'skipped', detail: stopped });
      leaveOut(phase, stopped, session);
      continue;
    }
    journal.append({ type: 'phase-started', phase: phase.name, title: phase.title, expectedSeconds });
    // Of the smoke gate that is told from what became of its requests.
    session.results.mayHaveCreated ||= phase.phase !== 'smoke';
    const outcome = await run(phase, session);
    const failed = outcome.next === 'stop';
    journal.append({
      type: 'phase-ended',
      phase: phase.name,
      outcome: failed ? 'failed' : 'done',
      detail: outcome.detail,
    });
    if (failed) stopped = `${phase.name}: ${outcome.detail}`;
  }
}

interface PlannedTime {
  readonly name: string;
  readonly expectedSeconds: number;
}

type RunPhase<P extends Phase = Phase> = (phase: P, session: Session) => Promise<PhaseOutcome>;

/** What runs a phase, by its kind. */
const runners: {
  readonly [Kind in Phase['phase']]: () => Promise<RunPhase<Extract<Phase, { phase: Kind }>>>;
} = {
  smoke: async () => (await import('./phases/smoke.ts')).smokePhase,
  load: async () => (await import('./phases/load.ts')).loadPhase,
  limit: async () => (await import('./phases/limit.ts')).limitPhase,
  experiment: async () => (await import('./phases/experiment.ts')).experimentPhase,
  drill: async () => (await import('./phases/drill.ts')).drillPhase,
  restore: async () => (await import('./phases/restore.ts')).restorePhase,
  deploy: async () => (await import('./phases/deploy.ts')).deployPhase,
};

/**
 * What runs the phases of a scenario. Only what it needs is loaded, as drills and experiments bring much along; and all
 * of it before the first phase, so that nothing is read while the platform is broken.
 */
async function phaseRunner({ phases }: Scenario): Promise<RunPhase> {
  const loaded = new Map<Phase['phase'], RunPhase>();
  // The table is by `phase`, which the type of an indexed access does not see.
  for (const { phase } of phases) loaded.set(phase, (await runners[phase]()) as RunPhase);
  return async (phase, session) => {
    const run = loaded.get(phase.phase);
    if (run === undefined) throw new Error(`what runs a phase of the kind ${phase.phase} was not loaded`);
    return run(phase, session);
  };
}

/** What a left-out phase would have judged is still assigned: it is then found not to have run. */
function leaveOut(phase: Phase, reason: string, session: Session): void {
  switch (phase.phase) {
    case 'smoke':
      return;
    case 'load':
      assignPromised(phase.name, session);
      if (isShaped(phase)) {
        for (const { name, objectives } of loadWindows(phase)) assign(session, name, objectives);
      } else {
        assign(session, phase.name, phase.objectives);
      }
      return;
    case 'drill':
      assignDrill(phase, session);
      return;
    case 'limit':
    case 'restore':
      assign(session, phase.name, phase.objectives);
      return;
    case 'deploy':
      session.results.deployments.push(leftOutDeployment(phase, reason));
      assignDeployment(phase, session);
      return;
    case 'experiment':
      session.results.experiments.push(...leftOut(phase, 1, reason));
  }
}
