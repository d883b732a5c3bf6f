import { runDeployment } from '@ordeal/chaos/deployments/run-deployment';
import { steadyStateOf } from '@ordeal/shared/judge/steady';
import type { DeploymentRecord } from '@ordeal/shared/record/record';
import { deploymentInWords } from '@ordeal/shared/report/deployment-words';
import type { DeployPhase } from '@ordeal/shared/scenario/deploy-phase';
import type { PhaseOutcome, Session } from '../session.ts';
import { assignDeployment } from './left-out.ts';
import { steadyOf } from './load-workload.ts';

/** Deploys a version under the running workload. */
export async function deployPhase(phase: DeployPhase, session: Session): Promise<PhaseOutcome> {
  const { loaded, context, results, anchor } = session;
  const { platform } = loaded;
  if (results.workload === null) {
    return { next: 'stop', detail: `no workload runs under ${phase.name}` };
  }
  const { commands, create } = loaded.drivers.deployment(phase.deployment);
  const { record, windows } = await runDeployment(
    phase,
    {
      driver: create(context.runId),
      commands,
      stream: results.workload.stream,
      steady: steadyStateOf(steadyOf(platform, phase.objectives.steady)),
      abort: platform.guardrails.abort,
      anchor,
      generatorEnded: () => results.generatorBroke ?? undefined,
    },
    context,
  );
  results.deployments.push(record);
  results.windows.push(...windows);
  assignDeployment(phase, session);
  return answerOf(record);
}

/** Nothing is done to a platform that is not as it was, or that could not bear it. */
export function answerOf(record: DeploymentRecord): PhaseOutcome {
  const { stuck, aborted } = record;
  if (stuck !== undefined) return { next: 'stop', detail: stuck };
  if (aborted !== undefined) return { next: 'stop', detail: `aborted: ${aborted}` };
  return { next: 'continue', detail: deploymentInWords(record) };
}
