import type { DrillKind } from '@ordeal/shared/scenario/scenario';
import { failback } from './failback.ts';
import { failover } from './failover.ts';
import { observeOnly } from './observe-only.ts';
import type { DrillStep } from './steps.ts';
import { comeBack, evacuate, switchover } from './switchover.ts';

/** The runbook of each kind of drill. */
export const runbooks: Readonly<Record<DrillKind['kind'], readonly DrillStep[]>> = {
  failover,
  failback,
  switchover,
  evacuate,
  return: comeBack,
  observe: observeOnly,
};
