/**
 * Deploys a version under the workload that runs, watches what becomes of it, and goes back. All times are seconds.
 * Whether it should have come out, or been taken back by the platform itself, the objectives in `result` say.
 */
export interface DeployPhase {
  readonly phase: 'deploy';
  readonly name: string;
  readonly title: string;
  /** Name of one of the platform's deployments. */
  readonly deployment: string;
  readonly version: string;
  /** The platform is watched for so long before; one that is not steady is left alone. */
  readonly steadyFor: number;
  /** Neither out nor taken back by then is a failure, never a number. */
  readonly within: number;
  /** A version that is out is watched for so long: until then the platform may take it back. */
  readonly watchFor: number;
  /** What becomes of a version that has come out. It counts as a deployment as well: requests must not be lost. */
  readonly afterwards: 'go-back' | 'keep';
  readonly objectives: {
    readonly steady: readonly string[];
    /** From the end of the steady window, over the deployment and the way back, to its very end. */
    readonly whole: readonly string[];
    /** On the deployment itself. */
    readonly result: readonly string[];
  };
}
