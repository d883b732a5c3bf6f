import type { ConstantLoadPhase } from '@ordeal/shared/scenario/scenario';
import { assign, windowOf, type PhaseOutcome, type Session } from '../session.ts';
import { beginLoad } from './load-begin.ts';
import { perTenantOf, workloadFor } from './load-workload.ts';

/** Starts the workload, which runs on under the phases that follow, and closes its first judged window. */
export async function constantLoad(phase: ConstantLoadPhase, session: Session): Promise<PhaseOutcome> {
  const { context, results, anchor, loaded, scenario } = session;
  const workload = {
    ...workloadFor(phase, loaded.platform),
    rate: phase.rate,
    ...(phase.perTenant === undefined ? {} : perTenantOf(phase.perTenant, loaded.platform)),
    // A bound for the case that nobody is left to stop it; far beyond what the scenario needs.
    atMostSeconds: Math.max(loaded.platform.guardrails.maxRunSeconds, scenario.phases.length * 60),
  };
  const running = await beginLoad(workload, phase.on, session);
  results.workload = running;
  void running.ended.then((end) => {
    if (end.how === 'broke') results.generatorBroke = end.reason;
  });
  await context.clock.sleep(phase.warmUp * 1000, context.signal);
  const from = context.clock.now();
  await context.clock.sleep(phase.judgeFor * 1000, context.signal);
  const window = windowOf(anchor, phase.name, phase.name, from, context.clock.now());
  results.windows.push(window);
  context.journal.append({ type: 'window-closed', window });
  assign(session, phase.name, phase.objectives);
  if (results.generatorBroke !== null)
    return { next: 'stop', detail: `the generator ended: ${results.generatorBroke}` };
  return { next: 'continue', detail: `${phase.rate} iterations/s` };
}
