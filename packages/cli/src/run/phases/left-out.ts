import type { ExperimentRecord } from '@ordeal/shared/record/record';
import { repetitionName } from '@ordeal/shared/scenario/repetitions';
import type { ExperimentPhase } from '@ordeal/shared/scenario/scenario';

/** Records of the repetitions, from one on, that were not begun. */
export function leftOut(
  { name, faults, repeat }: ExperimentPhase,
  from: number,
  reason: string,
): readonly ExperimentRecord[] {
  const numbers = Array.from({ length: repeat.times }, (_, index) => index + 1).slice(from - 1);
  return numbers.map((number) => ({
    name: repetitionName(name, number),
    fault: faults.join(' + '),
    targets: [],
    injectedAt: null,
    healedAt: null,
    notInjected: `left out: ${reason}`,
    effective: null,
    witness: 'nothing was watched',
    recoverySeconds: null,
    ...(repeat.times === 1 ? {} : { repetition: { of: name, number, times: repeat.times } }),
  }));
}
