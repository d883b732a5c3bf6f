import type { LoadRecord } from '@ordeal/shared/record/record';
import type { EarlyEnd } from './load-until.ts';

type Validity = LoadRecord['validity'] | undefined;

/** Whether what a script did is judged. Beyond its ceiling it was not the load that the platform allows: it proves nothing. */
export function validityOf(validity: Validity, end: EarlyEnd | undefined): Validity {
  return validity?.valid === true && end?.how === 'too-much' ? { valid: false, reason: end.why } : validity;
}

/**
 * Why nothing of a script is judged whose window never came about. `end` is undefined when it did not end early: its
 * time was over, or the run was interrupted.
 */
export function notJudged(validity: Validity, end: EarlyEnd | undefined, warmUpSeconds: number): Validity {
  if (validity?.valid !== true) return validity;
  const warmUp = `its warm-up of ${warmUpSeconds} s`;
  if (end === undefined) return { valid: false, reason: `nothing of it was measured beyond ${warmUp}` };
  if (end.how !== 'finished') return { valid: false, reason: end.why };
  const reason =
    warmUpSeconds > 0
      ? `the script was over within ${warmUp} (--warm-up 0s judges it from its first request)`
      : 'the script was over before it could be measured: let it run for some seconds';
  return { valid: false, reason };
}
