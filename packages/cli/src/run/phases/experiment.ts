import type { ExperimentFault } from '@ordeal/chaos/experiment/deps';
import { repeatExperiment } from '@ordeal/chaos/experiment/repeat';
import type { ExperimentOutcome } from '@ordeal/chaos/experiment/run-experiment';
import { steadyStateOf } from '@ordeal/shared/judge/steady';
import type { ExperimentRecord } from '@ordeal/shared/record/record';
import { refuseReach } from '@ordeal/shared/scenario/guardrails/reach';
import type { ExperimentPhase } from '@ordeal/shared/scenario/scenario';
import { prometheusGauge } from '../prometheus-gauge.ts';
import { leftOut } from './left-out.ts';
import { assign, type PhaseOutcome, type Session } from '../session.ts';

/** One experiment under the running workload, as often as its phase says. */
export async function experimentPhase(phase: ExperimentPhase, session: Session): Promise<PhaseOutcome> {
  const { loaded, context, results, anchor } = session;
  const { platform } = loaded;
  if (results.workload === null) {
    return { next: 'stop', detail: `no workload runs under ${phase.name}` };
  }
  const outcomes = await repeatExperiment(
    phase,
    {
      faults: phase.faults.map((name) => withWitness(loaded.drivers.fault(name), session)),
      environment: platform.environment,
      refuseReach: (faults) => refuseReach(faults, phase.order, platform.guardrails),
      stream: results.workload.stream,
      steady: steadyStateOf(objectivesNamed(session, phase.objectives.steady)),
      abort: platform.guardrails.abort,
      anchor,
      generatorEnded: () => results.generatorBroke ?? undefined,
    },
    context,
  );
  for (const outcome of outcomes) keep(phase, outcome, session);
  const said = outcomes.map(({ record }) => answerOf(record));
  const last = said.at(-1) ?? { next: 'stop', detail: 'it was not done at all' };
  results.experiments.push(...leftOut(phase, outcomes.length + 1, `an earlier one was ${last.detail}`));
  if (phase.repeat.times === 1) return last;
  const details = said.map(({ detail }, index) => `${index + 1}: ${detail}`);
  return {
    next: last.next,
    detail: `${outcomes.length} of ${phase.repeat.times} times; ${details.join(', ')}`,
  };
}

function withWitness(fault: ExperimentFault, { prometheus, loaded }: Session): ExperimentFault {
  const { witness } = fault.entry;
  const { scrapeIntervalSeconds } = loaded.platform.prometheus;
  return witness === undefined
    ? fault
    : { ...fault, gauges: [prometheusGauge(witness, prometheus, scrapeIntervalSeconds)] };
}

function keep(phase: ExperimentPhase, { record, windows }: ExperimentOutcome, session: Session): void {
  session.results.experiments.push(record);
  session.results.windows.push(...windows);
  const closed = new Set(windows.map((window) => window.name));
  for (const [part, names] of Object.entries(phase.objectives)) {
    const window = `${record.name}/${part}`;
    if (closed.has(window)) assign(session, window, names);
  }
}

/** Nothing more is broken where clients could not bear it, or where something may still be in. */
export function answerOf({
  notInjected,
  aborted,
  recoverySeconds,
  witnessesBack,
}: ExperimentRecord): PhaseOutcome {
  if (notInjected !== undefined) {
    return { next: aborted === undefined ? 'continue' : 'stop', detail: `not injected: ${notInjected}` };
  }
  if (aborted !== undefined) return { next: 'stop', detail: `aborted: ${aborted}` };
  if (recoverySeconds === null) {
    const why = witnessesBack?.outcome === 'not back' ? `: ${witnessesBack.detail}` : '';
    return { next: 'stop', detail: `not steady again${why}` };
  }
  return { next: 'continue', detail: `steady again after ${recoverySeconds.toFixed(1)} s` };
}

function objectivesNamed(session: Session, names: readonly string[]) {
  const all = session.loaded.platform.objectives;
  return Object.fromEntries(names.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])));
}
