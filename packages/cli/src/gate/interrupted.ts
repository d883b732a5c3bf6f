import type { RunEnd } from '@ordeal/shared/judge/verdict';
import { Interrupted } from '../run/interruption.ts';

/** How a gate came to its end, by the signal that interrupts it. */
export function endBy(signal: AbortSignal): RunEnd {
  if (!signal.aborted) return { how: 'finished' };
  const { reason } = signal;
  if (reason instanceof Interrupted) {
    return { how: 'interrupted', exitCode: reason.exitCode, reason: reason.message };
  }
  return { how: 'broken', reason: String(reason) };
}
