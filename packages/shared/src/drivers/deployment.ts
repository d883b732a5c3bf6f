import type { DriverContext } from './fault.ts';

/** How a deployment stands, by the platform's own word. */
export interface DeploymentStatus {
  /** Nothing is under way: one version serves, and is meant to. */
  readonly settled: boolean;
  /** All versions that get traffic now. */
  readonly versions: readonly string[];
  /** For people. Where a version was taken back: why. */
  readonly detail: string;
}

/**
 * Deploys versions of a platform. Each method rejects with a sentence that says what to do.
 * `rollBack` is idempotent: it may be called when nothing was deployed, twice, or in the midst of a deployment.
 */
export interface DeploymentDriver {
  readonly kind: string;
  /** Resolves when the deployment has begun. */
  start(version: string, context: DriverContext): Promise<void>;
  status(context: DriverContext): Promise<DeploymentStatus>;
  /** Asks for that version to be the only one that serves. Whether it is, `status` says. */
  rollBack(version: string, context: DriverContext): Promise<void>;
}
