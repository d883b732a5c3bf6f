import type { SmokePhase } from '@ordeal/shared/scenario/scenario';
import { runSmoke } from '@ordeal/smoke/run-smoke';
import { assign, windowOf, type PhaseOutcome, type Session } from '../session.ts';

/** Health endpoints and every journey once. A platform that fails this is not loaded, let alone broken. */
export async function smokePhase(phase: SmokePhase, session: Session): Promise<PhaseOutcome> {
  const { platform, journeys } = session.loaded;
  const { clock } = session.context;
  const from = clock.now();
  const { mayHaveCreated } = session.results;
  session.results.mayHaveCreated = true;
  const { reached, ...result } = await runSmoke(phase.name, platform, journeys, session.context);
  session.results.mayHaveCreated = mayHaveCreated || reached;
  session.results.smoke = result;
  session.results.windows.push(windowOf(session.anchor, phase.name, phase.name, from, clock.now()));
  const gates = Object.entries(platform.objectives)
    .filter(([, objective]) => objective.signal.from === 'smoke')
    .map(([name]) => name);
  assign(session, phase.name, gates);
  if (result.failed === 0) return { next: 'continue', detail: `${result.total} checks held` };
  return {
    next: 'stop',
    detail: `${result.failed} of ${result.total} checks failed: ${result.failures.join('; ')}`,
  };
}
