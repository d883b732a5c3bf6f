import { runExperiment } from '@ordeal/chaos/experiment/run-experiment';
import { steadyStateOf } from '@ordeal/shared/judge/steady';
import type { ExperimentPhase } from '@ordeal/shared/scenario/scenario';
import { assign, type PhaseOutcome, type Session } from '../session.ts';

/** One experiment under the running workload. */
export async function experimentPhase(phase: ExperimentPhase, session: Session): Promise<PhaseOutcome> {
  const { loaded, context, results, anchor } = session;
  const entry = loaded.platform.faults[phase.fault];
  const fault = loaded.drivers.fault(phase.fault);
  if (entry === undefined || results.workload === null) {
    return { next: 'stop', detail: `no workload runs under ${phase.name}` };
  }
  const outcome = await runExperiment(
    phase,
    {
      driver: fault.driver,
      config: fault.config,
      entry,
      stream: results.workload.stream,
      steady: steadyStateOf(objectivesNamed(session, phase.objectives.steady)),
      abort: loaded.platform.guardrails.abort,
      anchor,
      generatorEnded: () => results.generatorBroke ?? undefined,
    },
    context,
  );
  results.experiments.push(outcome.record);
  results.windows.push(...outcome.windows);
  const windows = new Set(outcome.windows.map((window) => window.name));
  for (const [part, names] of Object.entries(phase.objectives)) {
    const window = `${phase.name}/${part}`;
    if (windows.has(window)) assign(session, window, names);
  }
  const { record } = outcome;
  if (record.notInjected !== undefined)
    return { next: 'continue', detail: `not injected: ${record.notInjected}` };
  if (record.aborted !== undefined) return { next: 'stop', detail: `aborted: ${record.aborted}` };
  const recovery =
    record.recoverySeconds === null
      ? 'not steady again'
      : `steady again after ${record.recoverySeconds.toFixed(1)} s`;
  return { next: record.recoverySeconds === null ? 'stop' : 'continue', detail: recovery };
}

function objectivesNamed(session: Session, names: readonly string[]) {
  const all = session.loaded.platform.objectives;
  return Object.fromEntries(names.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])));
}
