import type { Finding } from '../../objectives/finding.ts';
import { findingOf, type Measurement } from '../decide.ts';
import type { Assignment, Observations } from '../observations.ts';
import { phaseOf } from '../windows.ts';

/** Judges in how much a limit is not what the platform promises. What could not be told may be either. */
export function judgeLimit(assignment: Assignment, observations: Observations): Finding {
  return findingOf(
    assignment,
    { signal: 'ways in which the limit is not what is promised' },
    measure(assignment.window, observations),
  );
}

function measure(window: string, observations: Observations): Measurement {
  const name = phaseOf(observations, window);
  const limit = (observations.limits ?? []).find((one) => one.name === name);
  if (limit === undefined) {
    return { kind: 'nothing', reason: 'not-run', sentence: `No limit was looked at in ${name}.` };
  }
  const { checks } = limit;
  if (checks.length === 0) {
    return { kind: 'nothing', reason: 'no-samples', sentence: 'Nothing of the limit was looked at.' };
  }
  const broken = checks.filter(({ outcome }) => outcome === 'broken').length;
  const unknown = checks.filter(({ outcome }) => outcome === 'unknown').length;
  return {
    kind: 'measured',
    value: { low: broken, high: broken + unknown },
    samples: checks.length,
    // Each check is a fact of its own.
    violations: Infinity,
    note: checks.map(({ name: check, outcome, detail }) => `${check}: ${outcome}, ${detail}.`).join(' '),
    finer: 'Another run may tell what this one could not.',
  };
}
