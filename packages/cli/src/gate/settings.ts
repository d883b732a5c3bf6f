import type { GatePlan } from './gate.ts';

/** What the figures of a gate are of: its scope, and the instances that were found to be new. */
export function settingsOfGate(
  plan: GatePlan,
  instances: readonly string[] | null,
): Readonly<Record<string, string>> {
  return {
    ...(plan.scope === undefined ? {} : { scope: plan.scope.text }),
    ...(plan.startedAfter === undefined
      ? {}
      : { 'started after': new Date(plan.startedAfter).toISOString() }),
    ...(instances === null
      ? {}
      : { instances: instances.length === 0 ? 'none was found' : instances.join(', ') }),
  };
}
