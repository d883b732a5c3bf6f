import type { StepRecord } from './record.ts';

/** What a step of a runbook took longer than it should have, in words; undefined when it did not, or has no target. */
export function missedTarget(step: StepRecord | undefined): string | undefined {
  if (step === undefined || step.target === null || step.endedAt === null || step.outcome === 'skipped')
    return undefined;
  const seconds = (Date.parse(step.endedAt) - Date.parse(step.startedAt)) / 1000 - step.waitedOnHuman;
  return seconds <= step.target
    ? undefined
    : `step ${step.name} took ${seconds.toFixed(1)} s, and its target is ${step.target} s`;
}
