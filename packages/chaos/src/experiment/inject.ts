import type { Acknowledgement } from '@ordeal/shared/drivers/fault';
import type { RunContext } from '@ordeal/shared/drivers/run-context';
import { reasonOf } from '@ordeal/shared/reason-of';
import { within } from '@ordeal/shared/time/deadline';
import type { Abort } from './abort.ts';
import { of, type ArmedFault } from './faults.ts';
import { waitUntil } from './observe.ts';
import { drivingContext, type Scope } from './scope.ts';

/** A fault that every one of its targets has acknowledged. */
export interface InjectedFault extends ArmedFault {
  readonly acknowledged: readonly Acknowledgement[];
  /** The last acknowledgement (monotonic ms). */
  readonly from: number;
}

export const INJECT_WITHIN_MS = 30_000;
/** Injections that were cut short get so long to leave their targets alone before they are healed. */
const LET_GO_MS = 1_000;

/** The abort condition came true before all faults were in. */
export class InjectionAborted extends Error {
  readonly abort: Abort;
  constructor(abort: Abort) {
    super(`it was aborted before all of it was in: ${abort.reason}`);
    this.name = 'InjectionAborted';
    this.abort = abort;
  }
}

/**
 * Injects faults at the same time. Rejects when one of them cannot be, or when `whyAbort` names a reason, as some
 * targets are hit long before the last one: the others are cut short then, and what they did is for the caller to
 * heal.
 */
export async function injectTogether(
  scope: Scope,
  faults: readonly ArmedFault[],
  whyAbort: () => Abort | undefined,
): Promise<readonly InjectedFault[]> {
  const { clock, signal } = scope.context;
  // Choosing the targets may have taken its time since clients were last seen to be well.
  const already = whyAbort();
  if (already !== undefined) throw new InjectionAborted(already);
  const failed = new AbortController();
  const settled: Promise<unknown>[] = [];
  const either = AbortSignal.any([signal, failed.signal]);
  const over = new AbortController();
  let abort: Abort | undefined;
  const watching = waitUntil(Number.POSITIVE_INFINITY, clock, AbortSignal.any([signal, over.signal]), () => {
    abort = whyAbort();
    return abort?.reason;
  }).then((reason) => failed.abort(new Error(reason)));
  // It is ended with the injection.
  watching.catch(() => undefined);
  try {
    return await Promise.all(
      faults.map(async (fault) => {
        try {
          return await injectOne(scope, fault, either, settled);
        } catch (error) {
          failed.abort(new Error('another fault of the experiment could not be injected', { cause: error }));
          throw error;
        }
      }),
    );
  } catch (error) {
    await within(clock, LET_GO_MS, 'Letting go', undefined, () => Promise.all(settled)).catch(
      () => undefined,
    );
    throw abort === undefined ? error : new InjectionAborted(abort);
  } finally {
    over.abort(new Error('the injection is over'));
  }
}

async function injectOne(
  scope: Scope,
  fault: ArmedFault,
  signal: AbortSignal,
  settled: Promise<unknown>[],
): Promise<InjectedFault> {
  const { phase, context } = scope;
  const { driver, config, name } = fault;
  let acknowledged: readonly Acknowledgement[];
  try {
    mustBeUndone(fault, context);
    context.journal.append({ type: 'fault-injecting', phase: phase.name, fault: name, undo: fault.undo.id });
    acknowledged = await within(context.clock, INJECT_WITHIN_MS, 'It', signal, (ending) => {
      const injection = driver.inject(config, drivingContext(scope, ending));
      settled.push(injection.catch(() => undefined));
      return injection;
    });
    if (acknowledged.length === 0) throw new Error('no target has acknowledged the fault');
  } catch (error) {
    throw new Error(`${of(scope, fault)}${reasonOf(error)}`, { cause: error });
  }
  context.journal.append({
    type: 'fault-injected',
    phase: phase.name,
    fault: name,
    acknowledgements: acknowledged,
  });
  return { ...fault, acknowledged, from: Math.max(...acknowledged.map(({ confirmed }) => confirmed)) };
}

/**
 * Throws unless others would still heal this fault if this process died or hung. What comes later in a sequence was
 * armed long before; and a clock that is set, or a machine that sleeps, lets its time run out, so that the guardian
 * has settled its entry.
 */
function mustBeUndone({ undo: { id, deadline } }: ArmedFault, { undo, clock }: RunContext): void {
  undo.mustBeWatched?.();
  const isOpen = undo.open().some((entry) => entry.id === id);
  // Written so that a time which is none has run out.
  if (isOpen && Date.parse(deadline) - clock.wall() >= INJECT_WITHIN_MS) return;
  throw new Error(
    `the time of its undo entry ${id} has run out (${deadline}), so that nobody would heal it if this run died`,
  );
}
