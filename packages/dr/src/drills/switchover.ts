import { readBounds } from './configured-times.ts';
import { decideMove } from './decide.ts';
import { lead, observe, readBack, recover } from './measuring.ts';
import { checkMove, demote, drain, promote, ready, rejoinOther, routeToAll } from './planned.ts';
import type { DrillStep } from './steps.ts';

const before: readonly DrillStep[] = [checkMove, readBounds, observe, lead, ready, decideMove];

/** Runbook of a planned switchover: the primary changes its region, and nothing may be lost. */
export const switchover: readonly DrillStep[] = [
  ...before,
  demote,
  promote,
  rejoinOther,
  routeToAll,
  recover,
  readBack,
];

/** Runbook of an evacuation: first traffic and then the primary leave a region, which stays up. */
export const evacuate: readonly DrillStep[] = [
  ...before,
  drain,
  demote,
  promote,
  rejoinOther,
  recover,
  readBack,
];

/** Runbook of the way back of an evacuation: the primary, and then traffic, come to the region again. */
export const comeBack: readonly DrillStep[] = switchover;
