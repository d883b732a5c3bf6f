import type { Ending } from '../../drivers/fault.ts';
import type { Platform } from '../../platform/platform.ts';
import type { DrillPhase, ExperimentPhase } from '../scenario.ts';
import { stableFloor } from '../stable-floor.ts';
import { stagesOf } from '../stages.ts';

/** Between a timer's start and the end of the hold lie the injection itself and each later fault's. */
const INJECTION_SECONDS = 15;

/**
 * Seconds for which a fault is in when all goes as planned: its own injection, its hold, and what comes after it
 * while it is kept.
 */
export function secondsIn(phase: ExperimentPhase, fault: string): number {
  const stages = stagesOf(phase.faults, phase.order);
  const at = stages.findIndex((stage) => stage.includes(fault));
  const isKept = phase.order.how === 'in-sequence' && phase.order.earlier === 'kept';
  const held = isKept ? stages.length - at : 1;
  return held * (phase.hold + INJECTION_SECONDS);
}

/** Why a fault's own timer would end it too early; undefined when it would not. */
export function refuseTimer(phase: ExperimentPhase, fault: string, ending: Ending): string | undefined {
  return tooEarly(fault, ending, secondsIn(phase, fault), 'hold and injection', 'hold');
}

/**
 * The same of a drill, which waits for recovery until its deadline, and then sees that it lasts: what ends by itself
 * before that brings the platform back in its place. Leases of the store, which may take longer, are not known yet.
 */
export function refuseDrillTimer(
  phase: DrillPhase,
  fault: string,
  ending: Ending,
  environment: Platform['environment'],
): string | undefined {
  const least = environment === 'lab' ? { seconds: 0, attempts: 0 } : stableFloor;
  const attempts = Math.max(phase.stableAttempts, least.attempts) * phase.probeEvery;
  const confirmed = Math.max(phase.stableFor, least.seconds, attempts) + phase.probeTimeout;
  const seconds = Math.ceil(phase.deadline + confirmed + INJECTION_SECONDS);
  return tooEarly(fault, ending, seconds, 'deadline, stable window and injection', 'deadline');
}

function tooEarly(
  fault: string,
  ending: Ending,
  least: number,
  what: string,
  shorten: string,
): string | undefined {
  if (ending.by !== 'target' && ending.by !== 'dead-man') return undefined;
  if (ending.afterSeconds > least) return undefined;
  const timer = ending.by === 'target' ? 'its own timer' : 'its dead-man';
  return `would lose ${fault} too early: ${timer} ends it after ${ending.afterSeconds} s, and it is in for up to ${least} s (${what}); give it more than that, or shorten the ${shorten}`;
}

/** What ends a fault when the runner's whole machine is gone, in a sentence. */
export function endingInWords(ending: Ending): string {
  switch (ending.by) {
    case 'itself':
      return 'it ends by itself';
    case 'target':
      return `a timer at its target ends it after ${ending.afterSeconds} s`;
    case 'dead-man':
      return `a dead-man on the cluster ends it after ${ending.afterSeconds} s`;
    case 'nobody':
      return 'nobody: it stays in until a person runs `ordeal recover`';
  }
}
