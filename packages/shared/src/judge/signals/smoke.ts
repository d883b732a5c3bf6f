import type { Finding } from '../../objectives/finding.ts';
import { exactly } from '../../time/interval.ts';
import { findingOf, type Measurement } from '../decide.ts';
import type { Assignment, Observations } from '../observations.ts';

/** Judges the smoke gate: how many of its checks failed. */
export function judgeSmoke(assignment: Assignment, { smoke }: Observations): Finding {
  return findingOf(assignment, { signal: 'smoke checks that failed' }, measure(smoke));
}

function measure(smoke: Observations['smoke']): Measurement {
  if (smoke === null) return { kind: 'nothing', reason: 'not-run', sentence: 'The smoke gate did not run.' };
  if (smoke.total === 0) {
    return { kind: 'nothing', reason: 'no-samples', sentence: 'The smoke gate has no checks.' };
  }
  return {
    kind: 'measured',
    value: exactly(smoke.failed),
    samples: smoke.total,
    // Each check is a fact of its own.
    violations: Infinity,
    ...(smoke.failures.length === 0 ? {} : { note: `Failed: ${smoke.failures.join('; ')}.` }),
  };
}
