import type { DrillKind } from './scenario.ts';

const before = ['check', 'bounds', 'observe', 'lead', 'ready'] as const;
const after = ['recover', 'read back'] as const;
const move = [...before, 'decide', 'demote', 'promote', 'rejoin standby', 'route', ...after] as const;
// A region is evacuated and returned to by one phase of a scenario, which says it of both.
const region = [...move, 'drain'] as const;

/** The steps of each kind of drill's runbook, in no order: those of which a scenario may say how long they take. */
export const drillSteps = {
  failover: [...before, 'lose', 'detect', 'decide', 'fence', 'promote', 'route', ...after],
  failback: [...move, 'restore', 'rejoin'],
  switchover: move,
  evacuate: region,
  return: region,
  observe: [
    'check',
    'bounds',
    'watch',
    'observe',
    'lead',
    'lose',
    'take over',
    'heal',
    'stay well',
    ...after,
  ],
} as const satisfies Readonly<Record<DrillKind['kind'], readonly string[]>>;

/** A step of some drill's runbook. */
export type DrillStepName = (typeof drillSteps)[DrillKind['kind']][number];
