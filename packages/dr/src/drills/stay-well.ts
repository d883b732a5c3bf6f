import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { exactly } from '@ordeal/shared/time/interval';
import { reasonOf } from '@ordeal/shared/reason-of';
import { check, observersOf, type Course } from './course.ts';
import { stableInWords, stableSeconds } from './stable.ts';
import type { DrillStep } from './steps.ts';
import { storeAtRest, type StoreAtRest } from './store-at-rest.ts';
import { checkStream } from './stream-check.ts';
import { untilWell } from './until-well.ts';

/**
 * What was lost comes back, and may do harm: an old primary that takes writes, or the primary's place, again, or a
 * route that leads to it before it can answer. Probes and ledger go on, so that all of it is seen.
 */
export const stayWell: DrillStep = {
  name: 'stay well',
  plan: (phase) =>
    `see that what came back does no harm: clients are well from the healing on, for ${stableInWords(phase)}, and within ` +
    `${phase.deadline} s every node of the store is back with one primary`,
  run: async (course, within) => {
    const { phase, context } = course;
    const healed = course.healed ?? exactly(context.clock.now());
    const deadline = healed.high + phase.deadline * 1000;
    const end = await untilWell(course, within, { from: healed, deadline, changed: healed.high });
    course.borneAt = context.clock.now();
    if ('late' in end) {
      throw new Error(`after the healing clients were not well within ${phase.deadline} s: ${end.late}`);
    }
    for (const stream of observersOf(course).streams()) {
      const wrong = checkStream(course, stream, 'after the healing', healed.low);
      if (wrong !== undefined) throw new Error(wrong);
    }
    const store = await storeIsBack(course, within, deadline);
    return { detail: `clients were well for ${stableSeconds(course)} s behind the healing, ${store}` };
  },
};

/** Every node that answered before the loss has to answer again; rejects when one does not by then. */
async function storeIsBack(course: Course, within: DriverContext, deadline: number): Promise<string> {
  const { rest, deps } = course;
  const { clock, signal } = within;
  if (rest === undefined) return 'the store was not looked at before';
  const heir = course.heir ?? rest.primary;
  for (;;) {
    const now = await lookAgain(deps, within);
    if (typeof now !== 'string') {
      const missing = [rest.primary, ...rest.others].filter(
        (name) => name !== now.primary && !now.others.includes(name),
      );
      if (missing.length === 0) {
        check(
          course,
          'the primary stays',
          now.primary === heir,
          `${now.primary} is the primary, ${heir} was it before the healing`,
        );
        return `${now.primary} stayed the primary, and ${now.others.join(', ') || 'nobody'} is beside it`;
      }
      if (clock.now() > deadline) {
        throw new Error(`after the healing the store is not whole: ${missing.join(', ')} does not answer`);
      }
    } else if (clock.now() > deadline) throw new Error(`after the healing of the store: ${now}`);
    await clock.sleep(500, signal);
  }
}

async function lookAgain(deps: Course['deps'], within: DriverContext): Promise<StoreAtRest | string> {
  try {
    return await storeAtRest(deps, within);
  } catch (error) {
    within.signal.throwIfAborted();
    return reasonOf(error);
  }
}
