import type { ExperimentFaultRecord, ExperimentRecord } from '../record/record.ts';
import { quantity } from './figures.ts';

/** Which repetition of its phase an experiment is, and what its choices came from; empty when it was done once. */
export function repetitionInWords({ repetition, seed }: ExperimentRecord): string {
  if (repetition === undefined) return '';
  const from = seed === undefined ? '' : `, choices from seed ${seed}`;
  return `${repetition.number} of ${repetition.times} times ${repetition.of}${from}`;
}

/** Its faults one by one, where there are several. */
export function severalFaults({ faults = [] }: ExperimentRecord): readonly ExperimentFaultRecord[] {
  return faults.length > 1 ? faults : [];
}

/** What was hit, with the very thing that it was where its driver knows that. */
export function targetsInWords(
  targets: readonly { readonly name: string; readonly identity?: string }[],
): string {
  const named = targets.map(({ name, identity }) =>
    identity === undefined ? name : `${name} (${identity})`,
  );
  return named.join(', ') || 'none';
}

/** What an experiment hit, fault by fault where that is known. */
export function allTargetsInWords({ faults, targets }: ExperimentRecord): string {
  const known = (faults ?? []).flatMap((fault) => fault.targets);
  return known.length > 0 ? targetsInWords(known) : targets.join(', ') || 'none';
}

/** What of it is not back, or was not seen to be; empty when all is, or nobody had to look. */
export function notBackInWords({ witnessesBack }: ExperimentRecord): string {
  return witnessesBack === undefined || witnessesBack.outcome === 'back' ? '' : witnessesBack.detail;
}

/** How an abort went; empty when there was none. */
export function abortInWords({ aborted, abort }: ExperimentRecord): string {
  if (aborted === undefined) return '';
  if (abort === undefined) return aborted;
  return abort.secondsToHealed === null
    ? `${aborted}; not everything is healed`
    : `${aborted}; healed ${quantity(abort.secondsToHealed, 's')} after that had become so`;
}
