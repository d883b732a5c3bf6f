import { rateToTell } from '../../platform/limit-course.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Phase } from '../scenario.ts';

/** Why a limit cannot be looked at as slowly as `maxRate` asks for, a sentence; undefined where it can. */
export function refuseLimitRate(
  { limits, guardrails, timeoutMs }: Platform,
  phase: Phase,
): string | undefined {
  const limit = phase.phase === 'limit' ? limits?.[phase.limit] : undefined;
  if (limit === undefined) return undefined;
  const { maxRate } = guardrails;
  const [rate, what] =
    limit.kind === 'rate'
      ? [rateToTell(limit), 'tell what window it has']
      : // So long the first of them is held until the last one has come.
        [limit.requests / (timeoutMs / 1000), 'hold all of them within timeoutMs'];
  if (rate <= maxRate) return undefined;
  const shown = Number(rate.toFixed(1));
  return `${phase.name} would have to send ${shown} requests/s to ${what}; guardrails.maxRate allows ${maxRate}/s`;
}
