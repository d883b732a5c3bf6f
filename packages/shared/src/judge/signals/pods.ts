import type { Finding } from '../../objectives/finding.ts';
import { findingOf, type Measurement } from '../decide.ts';
import type { Assignment, Observations } from '../observations.ts';
import { differencesOfPods } from '../pods/differences.ts';
import type { PodsLook } from '../pods/look.ts';

/** Judges whether a Deployment is set as it is promised to be, and whether all of its pods are there. */
export function judgePods(assignment: Assignment, pods: string, { pods: looks = [] }: Observations): Finding {
  const look = looks.find((one) => one.pods === pods && one.phase === assignment.window);
  return findingOf(
    assignment,
    { signal: 'what a Deployment is set to otherwise than promised' },
    look === undefined
      ? { kind: 'nothing', reason: 'not-run', sentence: 'Nobody looked at it: its phase was not run.' }
      : measure(look),
  );
}

function measure({ promised, saw }: PodsLook): Measurement {
  const where = `Deployment ${promised.namespace}/${promised.deployment}`;
  switch (saw.kind) {
    case 'absent':
      return { kind: 'nothing', reason: 'no-samples', sentence: `There is no ${where}.` };
    case 'unread':
      return {
        kind: 'nothing',
        reason: 'query-failed',
        sentence: `${where} could not be read: ${saw.reason}.`,
      };
    case 'seen': {
      const differences = differencesOfPods(promised, saw.seen);
      const { ready, replicas } = saw.seen;
      // How long they were missing is not known: a phase may be shorter than it takes to replace a pod.
      const missing = ready < replicas ? 1 : 0;
      return {
        kind: 'measured',
        value: { low: differences.length, high: differences.length + missing },
        samples: 1,
        violations: Infinity,
        finer: 'A phase in which all of its pods become ready would decide it.',
        note: [
          differences.length === 0
            ? `${where} is set as promised.`
            : `${where}, otherwise than promised: ${differences.join('; ')}.`,
          ...(missing === 0
            ? []
            : [`Until the phase ended only ${ready} of its ${replicas} replicas were ready.`]),
        ].join(' '),
      };
    }
  }
}
