import { isShaped, loadWindows } from '@ordeal/shared/scenario/load-windows';
import type { Phase } from '@ordeal/shared/scenario/scenario';
import { drillPhase } from './phases/drill.ts';
import { experimentPhase, leftOut } from './phases/experiment.ts';
import { loadPhase } from './phases/load.ts';
import { restorePhase } from './phases/restore.ts';
import { smokePhase } from './phases/smoke.ts';
import { assign, type PhaseOutcome, type Session } from './session.ts';

/**
 * Runs the phases in their order. A phase that leaves the platform in no state to go on stops the rest; what
 * was left out is then inconclusive, never a pass.
 */
export async function executePhases(session: Session, phases: readonly PlannedTime[]): Promise<void> {
  const { journal, signal } = session.context;
  let stopped: string | undefined;
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
    const outcome = await runPhase(phase, session);
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

function runPhase(phase: Phase, session: Session): Promise<PhaseOutcome> {
  switch (phase.phase) {
    case 'smoke':
      return smokePhase(phase, session);
    case 'load':
      return loadPhase(phase, session);
    case 'experiment':
      return experimentPhase(phase, session);
    case 'drill':
      return drillPhase(phase, session);
    case 'restore':
      return restorePhase(phase, session);
  }
}

/** What a left-out phase would have judged is still assigned: it is then found not to have run. */
function leaveOut(phase: Phase, reason: string, session: Session): void {
  switch (phase.phase) {
    case 'smoke':
      return;
    case 'load':
      if (isShaped(phase)) {
        for (const { name, objectives } of loadWindows(phase)) assign(session, name, objectives);
      } else {
        assign(session, phase.name, phase.objectives);
      }
      return;
    case 'drill':
    case 'restore':
      assign(session, phase.name, phase.objectives);
      return;
    case 'experiment':
      session.results.experiments.push(...leftOut(phase, 1, reason));
  }
}
