import type { RestoreDrill } from './restore-phase.ts';

/** The steps of each kind of restore's runbook, in no order: those of which a scenario may say how long they take. */
export const restoreSteps = {
  restore: ['check place', 'take backup', 'choose backup', 'restore', 'prove', 'take away'],
  'point-in-time': ['check place', 'write markers', 'choose backup', 'restore', 'prove', 'take away'],
  'backup-freshness': ['choose backup', 'look at it'],
  archiving: ['read its settings', 'watch the archive'],
} as const satisfies Readonly<Record<RestoreDrill['kind'], readonly string[]>>;

/** A step of some restore's runbook. */
export type RestoreStepName = (typeof restoreSteps)[RestoreDrill['kind']][number];
