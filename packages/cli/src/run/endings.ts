import type { RunEnd } from '@ordeal/shared/judge/verdict';
import { LeaseLost } from '@ordeal/shared/lease/hold';
import { EmergencyStop, EmergencyStopUnheard } from '@ordeal/shared/stop/watch';
import { Interrupted } from './interruption.ts';

/** A run that was stopped ends as one that was asked to by SIGTERM. */
const STOPPED = 143;

/** How a run ended whose signal was aborted. */
export function endOfAborted({ reason }: AbortSignal): RunEnd {
  if (reason instanceof Interrupted)
    return { how: 'interrupted', exitCode: reason.exitCode, reason: reason.message };
  if (reason instanceof EmergencyStop)
    return { how: 'interrupted', exitCode: STOPPED, reason: reason.message };
  if (reason instanceof OutOfTime || reason instanceof EmergencyStopUnheard || reason instanceof LeaseLost)
    return { how: 'cut-short', reason: reason.message };
  return { how: 'broken', reason: describe(reason) };
}

/** The run has taken longer than the platform allows. */
class OutOfTime extends Error {}

/** Aborts when a run has taken as long as it may. */
export function runDeadline(seconds: number): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(new OutOfTime(`the run was ended after ${seconds} s, as guardrails.maxRunSeconds asks`));
  }, seconds * 1000);
  return { signal: controller.signal, stop: () => clearTimeout(timer) };
}

/** A defect, with where it is. */
export function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
