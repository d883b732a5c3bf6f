import type { DeploymentRecord } from './record.ts';

/** The record of a deployment of which nothing has come about: what was asked for, and no more. */
export function deploymentNotBegun(phase: {
  readonly name: string;
  readonly deployment: string;
  readonly version: string;
}): DeploymentRecord {
  return {
    name: phase.name,
    deployment: phase.deployment,
    from: null,
    to: phase.version,
    outcome: 'not-begun',
    startedAt: null,
    watchedSeconds: 0,
    deploySeconds: null,
    rollBackSeconds: null,
    returnSeconds: null,
    served: false,
    detail: '',
  };
}
