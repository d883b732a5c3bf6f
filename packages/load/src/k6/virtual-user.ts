import exec from 'k6/execution';

/** What a virtual user knows of itself. Reading k6's objects is dear, so each is read once where it stays the same. */
export interface VirtualUser {
  /** Its number in the whole test. */
  readonly id: () => number;
  /** Number of the present iteration among all of its scenario, from 0. */
  readonly iterationInTest: () => number;
  /** Name of the scenario that the present iteration is of. */
  readonly scenario: () => string;
  /** Milliseconds since the Unix epoch at which the present iteration's scenario began. */
  readonly scenarioStart: () => number;
}

export function createVirtualUser(): VirtualUser {
  let id: number | undefined;
  let scenario: typeof exec.scenario | undefined;
  return {
    id: () => (id ??= exec.vu.idInTest),
    // The object stays right when the virtual user goes over to another scenario.
    iterationInTest: () => (scenario ??= exec.scenario).iterationInTest,
    scenario: () => (scenario ??= exec.scenario).name,
    scenarioStart: () => (scenario ??= exec.scenario).startTime,
  };
}
