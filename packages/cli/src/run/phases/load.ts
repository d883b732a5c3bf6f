import { startWorkload } from '@ordeal/load/start-workload';
import type { Workload } from '@ordeal/shared/load/workload';
import type { Platform } from '@ordeal/shared/platform/platform';
import type { LoadPhase, Scenario } from '@ordeal/shared/scenario/scenario';
import { assign, windowOf, type PhaseOutcome, type Session } from '../session.ts';

/** Starts the workload, which runs on under the phases that follow, and closes its first judged window. */
export async function loadPhase(phase: LoadPhase, session: Session): Promise<PhaseOutcome> {
  const { context, results, anchor } = session;
  const workload = workloadOf(phase, session.loaded.platform, session.scenario);
  const running = await startWorkload(workload, { ...session.programs, anchor }, context);
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

function workloadOf(phase: LoadPhase, platform: Platform, scenario: Scenario): Workload {
  const limits = Object.values(platform.objectives).flatMap(({ signal, limit }) => {
    if (signal.from !== 'client') return [];
    if (signal.measure === 'latency') return [limit];
    return signal.measure === 'latency-share' ? [signal.underMs] : [];
  });
  return {
    name: phase.name,
    rate: phase.rate,
    // A bound for the case that nobody is left to stop it; far beyond what the scenario needs.
    atMostSeconds: Math.max(platform.guardrails.maxRunSeconds, scenario.phases.length * 60),
    journeys: Object.entries(platform.journeys).map(([name, journey]) => ({ name, ...journey })),
    entry: platform.entry,
    headers: platform.headers,
    timeoutMs: platform.timeoutMs,
    tenantHeader: platform.tenantHeader,
    tenants: platform.tenants.map((tenant) => tenant.id),
    limitsMs: [...new Set(limits)],
  };
}
