/**
 * What the platform has elsewhere, and not where this file says that it is: why, by the name that its scenarios use.
 * Phases that need it are not run here, and everything says so.
 */
export interface Elsewhere {
  readonly backups?: Readonly<Record<string, string>>;
  /** Of experiments alone: a drill without its fault is none. */
  readonly faults?: Readonly<Record<string, string>>;
  readonly deployments?: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, string>>;
}
