import type { Finding } from '../objectives/finding.ts';
import { clientEvidence } from './client-evidence.ts';
import { findingOf } from './decide.ts';
import type { Assignment, Observations } from './observations.ts';
import { observerFindings } from './observer-findings.ts';
import { regressionFindings } from './regression/regression-findings.ts';
import { judgeAutoscaler } from './signals/autoscaler.ts';
import { judgeClient } from './signals/client.ts';
import { judgeDeployment } from './signals/deployment.ts';
import { judgeDrill } from './signals/drill.ts';
import { judgeExperiment } from './signals/experiment.ts';
import { judgeLimit } from './signals/limit.ts';
import { judgeLoad } from './signals/load.ts';
import { judgePods } from './signals/pods.ts';
import { judgePrometheus } from './signals/prometheus.ts';
import { judgeRestore } from './signals/restore.ts';
import { judgeSmoke } from './signals/smoke.ts';
import { reasonOf } from '../reason-of.ts';

/**
 * One finding for each assignment, in their order, then those against history, and those on the observer itself. Pure:
 * the same observations give the same findings. Whatever cannot be decided, for whatever reason, is inconclusive.
 */
export function judge(observations: Observations): readonly Finding[] {
  const findings = observations.assignments.map((assignment) => {
    try {
      return judgeOne(assignment, observations);
    } catch (error) {
      // A judge that crashes has not acquitted anybody.
      const sentence = `It could not be judged: ${reasonOf(error)}.`;
      return findingOf(
        assignment,
        { signal: assignment.objective.signal.measure },
        { kind: 'nothing', reason: 'observer-broke', sentence },
      );
    }
  });
  return [...findings, ...regressionFindings(observations, findings), ...observerFindings(observations)];
}

function judgeOne(assignment: Assignment, observations: Observations): Finding {
  const { signal } = assignment.objective;
  switch (signal.from) {
    case 'client':
      return judgeClient(assignment, signal, clientEvidence(observations, assignment.window, signal.tenant));
    case 'prometheus':
      return judgePrometheus(assignment, signal, observations);
    case 'experiment':
      return judgeExperiment(assignment, observations);
    case 'smoke':
      return judgeSmoke(assignment, observations);
    case 'drill':
      return judgeDrill(assignment, signal.measure, observations);
    case 'load':
      return judgeLoad(assignment, signal.measure, observations);
    case 'limit':
      return judgeLimit(assignment, observations);
    case 'restore':
      return judgeRestore(assignment, signal.measure, observations);
    case 'deployment':
      return judgeDeployment(assignment, signal.measure, observations);
    case 'autoscaler':
      return judgeAutoscaler(assignment, signal.autoscaler, observations);
    case 'pods':
      return judgePods(assignment, signal.pods, observations);
  }
}
