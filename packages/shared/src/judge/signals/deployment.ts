import type { Finding } from '../../objectives/finding.ts';
import type { DeploymentMeasure } from '../../objectives/signal.ts';
import type { DeploymentRecord } from '../../record/record.ts';
import { findingOf, type Measurement } from '../decide.ts';
import type { Assignment, Observations } from '../observations.ts';
import { phaseOf } from '../windows.ts';

const words: Readonly<Record<DeploymentMeasure, string>> = {
  'seconds-to-deploy': 'seconds until the new version alone serves',
  'seconds-to-roll-back': 'seconds for which a version could serve until it was taken back',
  'seconds-to-return': 'seconds until the old version alone serves again, after it was asked for',
};

/** Judges how long a deployment took, or how long it took the platform to take it back. */
export function judgeDeployment(
  assignment: Assignment,
  measure: DeploymentMeasure,
  observations: Observations,
): Finding {
  return findingOf(
    assignment,
    { signal: words[measure] },
    measureDeployment(assignment.window, measure, observations),
  );
}

function measureDeployment(
  window: string,
  measure: DeploymentMeasure,
  observations: Observations,
): Measurement {
  const name = phaseOf(observations, window);
  const deployment = (observations.deployments ?? []).find((one) => one.name === name);
  if (deployment === undefined) {
    return { kind: 'nothing', reason: 'not-run', sentence: `There was no deployment ${name}.` };
  }
  const { outcome, because } = deployment;
  if (outcome === 'not-begun') {
    return {
      kind: 'nothing',
      reason: 'not-run',
      sentence: `Nothing was deployed: ${because ?? 'no reason was given'}.`,
    };
  }
  if (outcome === 'cut-short') {
    return {
      kind: 'nothing',
      reason: 'not-run',
      sentence: `The deployment was cut short: ${because ?? 'no reason was given'}.`,
    };
  }
  switch (measure) {
    case 'seconds-to-deploy':
      return outcome === 'out' ? taken(deployment.deploySeconds) : missed(deployment);
    case 'seconds-to-roll-back':
      if (outcome !== 'taken-back') return missed(deployment);
      return taken(deployment.rollBackSeconds, deployment.served ? undefined : 'It never got traffic.');
    case 'seconds-to-return':
      return wayBack(deployment);
  }
}

function wayBack({ outcome, served, returnSeconds }: DeploymentRecord): Measurement {
  if (returnSeconds === null) {
    return { kind: 'nothing', reason: 'not-run', sentence: 'Nobody went back to the old version.' };
  }
  // One that never came back is a failure all the same.
  if (outcome !== 'out' && !served && returnSeconds.high !== null) {
    const sentence = 'The new version never got traffic: there was nothing to come back from.';
    return { kind: 'nothing', reason: 'not-run', sentence };
  }
  return taken(returnSeconds);
}

function taken(seconds: DeploymentRecord['deploySeconds'], said?: string): Measurement {
  if (seconds === null) return { kind: 'nothing', reason: 'not-run', sentence: 'It was not measured.' };
  const { low, high } = seconds;
  const late = high === null ? `It had not come about after ${low.toFixed(1)} s.` : undefined;
  const note = [said, late].filter((one) => one !== undefined).join(' ');
  return {
    kind: 'measured',
    value: { low, high: high ?? Infinity },
    samples: 1,
    violations: Infinity,
    ...(late === undefined ? {} : { decision: 'violated' as const }),
    ...(note === '' ? {} : { note }),
  };
}

/** It came out otherwise: a failure whatever the limit, and never a number. */
function missed({ outcome, because, watchedSeconds }: DeploymentRecord): Measurement {
  const said = because === undefined ? '' : ` (${because})`;
  const how = {
    out: 'The version came out, and nobody took it back',
    'taken-back': `The version was taken back${said}`,
    unfinished: `The version neither came out nor was it taken back${said}`,
    'not-begun': 'It was not begun',
    'cut-short': 'It was cut short',
  }[outcome];
  return {
    kind: 'measured',
    value: { low: watchedSeconds, high: Infinity },
    samples: 1,
    violations: Infinity,
    decision: 'violated',
    note: `${how}.`,
  };
}
