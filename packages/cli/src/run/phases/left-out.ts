import { deploymentNotBegun } from '@ordeal/shared/record/deployment-not-begun';
import type { DeploymentRecord, ExperimentRecord } from '@ordeal/shared/record/record';
import type { DeployPhase } from '@ordeal/shared/scenario/deploy-phase';
import { repetitionName } from '@ordeal/shared/scenario/repetitions';
import type { ExperimentPhase } from '@ordeal/shared/scenario/scenario';
import { assign, type Session } from '../session.ts';

/** Records of the repetitions, from one on, that were not begun. */
export function leftOut(
  { name, faults, repeat }: ExperimentPhase,
  from: number,
  reason: string,
): readonly ExperimentRecord[] {
  const numbers = Array.from({ length: repeat.times }, (_, index) => index + 1).slice(from - 1);
  return numbers.map((number) => ({
    name: repetitionName(name, number),
    fault: faults.join(' + '),
    targets: [],
    injectedAt: null,
    healedAt: null,
    notInjected: `left out: ${reason}`,
    effective: null,
    witness: 'nothing was watched',
    recoverySeconds: null,
    ...(repeat.times === 1 ? {} : { repetition: { of: name, number, times: repeat.times } }),
  }));
}

/** What a deployment is judged by, whether or not it came about. */
export function assignDeployment(
  { name, objectives }: DeployPhase,
  session: Pick<Session, 'loaded' | 'results' | 'context'>,
): void {
  assign(session, `${name}/steady`, objectives.steady);
  assign(session, `${name}/whole`, objectives.whole);
  assign(session, name, objectives.result);
}

/** The record of a deployment that was left out. */
export function leftOutDeployment(phase: DeployPhase, reason: string): DeploymentRecord {
  return { ...deploymentNotBegun(phase), because: `left out: ${reason}` };
}
