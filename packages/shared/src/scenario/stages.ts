import type { ExperimentPhase, FaultOrder } from './scenario.ts';

/** Faults that are injected at the same time, in their order: all of them, or one after another. */
export function stagesOf<Fault>(faults: readonly Fault[], order: FaultOrder): readonly (readonly Fault[])[] {
  return order.how === 'together' ? [faults] : faults.map((fault) => [fault]);
}

/** What is in at the same time while each stage is held. */
export function inTogether<Fault>(
  faults: readonly Fault[],
  order: FaultOrder,
): readonly (readonly Fault[])[] {
  const keeps = order.how === 'in-sequence' && order.earlier === 'kept';
  return keeps ? [faults] : stagesOf(faults, order);
}

/** Seconds for which faults are held, from the first injection to the last heal. */
export function heldSeconds({ faults, order, hold }: ExperimentPhase): number {
  return hold * stagesOf(faults, order).length;
}
