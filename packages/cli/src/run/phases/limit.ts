import { lookAtLimit } from '@ordeal/load/limits/look-at-limit';
import type { LimitPhase } from '@ordeal/shared/scenario/limit-phase';
import { assign, windowOf, type PhaseOutcome, type Session } from '../session.ts';

/** Looks whether a limit on what clients may ask is what the platform promises. */
export async function limitPhase(phase: LimitPhase, session: Session): Promise<PhaseOutcome> {
  const { loaded, context, results, anchor } = session;
  const limit = loaded.platform.limits?.[phase.limit];
  // The scenario was checked against the platform.
  if (limit === undefined) throw new Error(`the platform has no limit ${phase.limit}`);
  const from = context.clock.now();
  const record = await lookAtLimit({ name: phase.name, limit: phase.limit }, limit, loaded.platform, context);
  results.windows.push(windowOf(anchor, phase.name, phase.name, from, context.clock.now()));
  results.limits.push(record);
  assign(session, phase.name, phase.objectives);
  for (const { name, outcome, detail } of record.checks) {
    const what = `${phase.limit}: ${name}`;
    if (outcome === 'unknown') {
      context.journal.append({ type: 'note', message: `${what}: this could not be told (${detail})` });
    } else {
      const held = outcome === 'held';
      context.journal.append({ type: 'check', phase: phase.name, name: what, held, detail });
    }
  }
  const held = record.checks.filter(({ outcome }) => outcome === 'held').length;
  return { next: 'continue', detail: `${held} of ${record.checks.length} checks held` };
}
