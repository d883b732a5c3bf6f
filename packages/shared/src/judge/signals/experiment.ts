import type { Finding } from '../../objectives/finding.ts';
import type { ExperimentRecord, WindowRecord } from '../../record/record.ts';
import { exactly } from '../../time/interval.ts';
import { findingOf, type Measured, type Measurement } from '../decide.ts';
import type { Assignment, Observations } from '../observations.ts';
import { observerProblem, phaseOf, windowNamed } from '../windows.ts';

/** Judges how long it took from healed to steady. */
export function judgeExperiment(assignment: Assignment, observations: Observations): Finding {
  return findingOf(
    assignment,
    { signal: 'seconds until steady again' },
    measure(assignment.window, observations),
  );
}

function measure(window: string, observations: Observations): Measurement {
  const broke = observerProblem(observations, window, 'client');
  if (broke !== undefined) return { kind: 'nothing', reason: 'observer-broke', sentence: broke };
  const name = phaseOf(observations, window);
  const experiment = observations.experiments.find((one) => one.name === name);
  const missing = whyNothing(name, experiment);
  if (missing !== undefined || experiment === undefined) {
    return { kind: 'nothing', reason: 'not-run', sentence: missing ?? '' };
  }
  const recovery = windowNamed(observations, `${name}/recovery`) ?? windowNamed(observations, window);
  return {
    kind: 'measured',
    ...recoveryOf(experiment, recovery),
    samples: 1,
    ...doubtOf(experiment),
  };
}

function doubtOf({ effective, witness, witnessesBack }: ExperimentRecord): Pick<Measured, 'doubt'> {
  if (effective !== true) {
    const sentence = `Nothing shows that the fault had any effect (${witness}).`;
    return { doubt: { reason: 'ineffective', sentence } };
  }
  if (witnessesBack?.outcome !== 'not told') return {};
  const sentence = `Clients alone do not show that all of it is back (${witnessesBack.detail}).`;
  return { doubt: { reason: 'no-samples', sentence } };
}

function whyNothing(name: string, experiment: ExperimentRecord | undefined): string | undefined {
  if (experiment === undefined) return `There was no experiment ${name}.`;
  const { injectedAt, healedAt, notInjected, aborted } = experiment;
  if (injectedAt === null || notInjected !== undefined) {
    return `The fault was not injected: ${notInjected ?? 'no reason was given'}.`;
  }
  return healedAt === null ? `The fault was never healed: ${aborted ?? 'no reason was given'}.` : undefined;
}

function recoveryOf(
  experiment: ExperimentRecord,
  window: WindowRecord | undefined,
): Pick<Measured, 'value' | 'decision' | 'note'> {
  if (experiment.notReplaced !== undefined) {
    return {
      value: { low: 0, high: Infinity },
      decision: 'violated',
      note: `It did not recover by itself: ${experiment.notReplaced}`,
    };
  }
  if (experiment.recoverySeconds !== null) return { value: exactly(experiment.recoverySeconds) };
  const watched = window === undefined ? 0 : (window.monotonicTo - window.monotonicFrom) / 1000;
  return {
    value: { low: watched, high: Infinity },
    // Not steady by the deadline is a failure, whatever the limit. What was cut short may still have recovered.
    ...(experiment.aborted === undefined ? { decision: 'violated' as const } : {}),
    note: `It was not steady again within the ${watched.toFixed(1)} s that were watched${whatIsMissing(experiment)}.`,
  };
}

function whatIsMissing({ witnessesBack }: ExperimentRecord): string {
  return witnessesBack?.outcome === 'not back' ? `: ${witnessesBack.detail}` : '';
}
