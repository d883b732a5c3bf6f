/** Looks whether a limit on what clients may ask is what the platform promises. Nothing is broken, and no load is needed. */
export interface LimitPhase {
  readonly phase: 'limit';
  readonly name: string;
  readonly title: string;
  /** Name of one of the platform's limits. */
  readonly limit: string;
  /** Names of the platform's objectives on what was found. */
  readonly objectives: readonly string[];
}
