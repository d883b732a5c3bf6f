import type { DrillStepName } from '@ordeal/shared/scenario/drill-steps';
import type { DrillPhase } from '@ordeal/shared/scenario/scenario';
import { timesAsSaid, type StepTimes } from '../runbook/step-times.ts';
import { floor } from './stable.ts';
import type { DrillStep } from './steps.ts';

/** What a store needs for its own hands is no shorter than that, however soon clients are to be well. */
const LEAST_SECONDS = 120;
/** A standby that is made anew copies everything: to give it up leaves the primary alone. */
const LEAST_COPY_SECONDS = 3600;

/**
 * What is usual for the steps of all runbooks. What looks for a while by itself is given up well behind that; what
 * moves the primary gets all of the drill's deadline.
 */
const usual: Readonly<Record<DrillStepName, (phase: DrillPhase) => StepTimes>> = {
  check: () => ({ target: 45, timeout: LEAST_SECONDS }),
  bounds: () => ({ target: 15, timeout: 60 }),
  watch: () => ({ target: 20, timeout: 60 }),
  observe: () => ({ target: 20, timeout: 60 }),
  lead: ({ ledgerLead }) => ({ target: ledgerLead + 10, timeout: ledgerLead + 60 }),
  ready: () => ({ target: 10, timeout: 90 }),
  lose: () => ({ target: 15, timeout: LEAST_SECONDS }),
  detect: ({ targets, deadline }) => ({ target: targets.detection, timeout: deadline + 60 }),
  decide: () => ({ target: null, timeout: null }),
  drain: moving,
  demote: moving,
  fence: moving,
  promote: moving,
  route: moving,
  'take over': ({ targets, deadline }) => ({ target: targets.rto, timeout: deadline + 60 }),
  restore: copying,
  rejoin: copying,
  'rejoin standby': copying,
  heal: moving,
  recover: wellAgain,
  'stay well': wellAgain,
  'read back': () => ({ target: 60, timeout: 600 }),
};

function moving({ targets, deadline }: DrillPhase): StepTimes {
  return { target: targets.failover, timeout: Math.max(deadline, LEAST_SECONDS) };
}

function copying({ targets, deadline }: DrillPhase): StepTimes {
  return { target: targets.rto, timeout: Math.max(deadline, LEAST_COPY_SECONDS) };
}

/**
 * Clients that are well in time are still watched for as long as that has to last. A stretch that began by the deadline
 * is waited out, and one that was bad again once more.
 */
function wellAgain(phase: DrillPhase): StepTimes {
  const { targets, deadline, stableFor, stableAttempts, probeEvery, probeTimeout } = phase;
  // On the lab it may be less.
  const attempts = Math.max(stableAttempts, floor.attempts);
  const confirm = Math.max(stableFor, floor.seconds, attempts * probeEvery) + probeTimeout;
  return { target: targets.rto + confirm + 5, timeout: deadline + 2 * confirm + 60 };
}

/**
 * The times of a step, as its phase says or as is usual.
 *
 * @param leaseSeconds of the store, once it is known: clients must be well for two of these
 */
export function timesOf(
  { name }: Pick<DrillStep, 'name'>,
  phase: DrillPhase,
  leaseSeconds: number | undefined,
): StepTimes {
  const { target, timeout } = usual[name](phase);
  const lease = usual[name] === wellAgain ? 2 * (leaseSeconds ?? 0) : 0;
  const leased = {
    target: target === null ? null : target + lease,
    timeout: timeout === null ? null : timeout + 2 * lease,
  };
  return timesAsSaid(leased, phase.steps?.[name]);
}
