import type { DrillRecord, LedgerRecord } from '../../src/record/record.ts';
import { wall } from './fixture-journal.ts';

export const cleanLedger: LedgerRecord = {
  seconds: 0,
  atLeast: false,
  lost: 0,
  acknowledged: 18_204,
  stale: 0,
  duplicate: 0,
  phantom: 0,
  resurrected: 0,
  corrupt: 0,
  unresolved: 12,
  recovered: 3,
  holes: 0,
  lostAfterFault: 0,
  resolutionSeconds: 0.041,
  target: 900,
  recoveryPoint: wall(145),
};

function around(seconds: number): { readonly low: number; readonly high: number } {
  return { low: seconds - 0.1, high: seconds + 0.05 };
}

export const failover: DrillRecord = {
  name: 'region-lost',
  kind: 'failover',
  rto: { low: 5.1, high: 5.4, target: 10 },
  outages: ['write', 'read', 'fresh', 'pooled'].map((stream, index) => ({
    stream,
    attempts: 508,
    bad: 52 - index * 6,
    outage: { low: 5.02 - index * 0.6, high: 5.31 - index * 0.6 },
    firstSuccessSeconds: 5.22 - index * 0.6,
    latenessMs: { p99: 1.2, max: 4.1 },
    missedTicks: 0,
  })),
  rpo: cleanLedger,
  steps: [
    step('lose region a', 107.3, 107.45, null, 'region a: 6 processes gone'),
    step('detect', 107.45, 109.5, 30, 'HAProxy marks a/api-1 and a/api-2 down'),
    step('decide', 109.5, 109.7, null, 'automatic'),
    step('fence a', 109.7, 110.0, 5, 'a cannot start as primary'),
    step('promote b', 110.0, 111.9, 30, 'timeline 1 → 2'),
    step('switch the route', 111.9, 112.3, 10, 'traffic goes to b'),
    step('recover', 112.3, 142.7, 90, 'stable for 30 s and 300 attempts'),
  ],
  flaps: 0,
  badSeconds: 5.2,
  decomposition: {
    detected: around(2.1),
    decided: around(2.3),
    fenced: around(2.6),
    promoted: around(4.4),
    routed: around(4.9),
    recovered: { low: 5.1, high: 5.4 },
  },
  secondWitness: { agrees: true, detail: 'Prometheus error ratio back under 1 % after 5.9 s' },
};

export const failback: DrillRecord = {
  ...failover,
  name: 'failback',
  kind: 'failback',
  rto: { low: 2.02, high: 2.16, target: 10 },
  outages: failover.outages.map((outage) => ({ ...outage, bad: 20, outage: { low: 1.9, high: 2.1 } })),
  steps: [
    step('rejoin a as standby', 147.2, 156.8, 60, 'a streams from b'),
    step('demote b', 158, 158.3, 5, ''),
    step('promote a', 158.3, 159.4, 30, 'timeline 2 → 3'),
    step('switch the route', 159.4, 159.8, 10, 'traffic goes to a and b'),
    step('recover', 159.8, 184, 90, ''),
  ],
  badSeconds: 2.1,
  decomposition: {
    fenced: around(0.3),
    promoted: around(1.4),
    routed: around(1.8),
    recovered: { low: 2.02, high: 2.16 },
  },
};

/** Writes lost, some of them after the fault; far over its target. */
export const lossyFailover: DrillRecord = {
  ...failover,
  rto: { low: 41.3, high: 41.6, target: 10 },
  rpo: { ...cleanLedger, lost: 37, seconds: 0.74, lostAfterFault: 2, duplicate: 1, holes: 4 },
  flaps: 2,
  badSeconds: 43.8,
  decomposition: {
    detected: around(2.1),
    decided: around(31.2),
    fenced: around(31.5),
    promoted: around(33),
    routed: around(33.6),
    recovered: { low: 41.3, high: 41.6 },
  },
  outages: failover.outages.map((outage) => ({ ...outage, outage: { low: 41.1, high: 41.5 }, bad: 412 })),
  secondWitness: { agrees: false, detail: 'Prometheus error ratio is back under 1 % only after 52 s' },
};

/** Never came back. */
export const endlessFailover: DrillRecord = {
  ...failover,
  rto: { low: 90, high: null, target: 10 },
  decomposition: { detected: around(2.1) },
  outages: failover.outages.map((outage) => ({
    ...outage,
    outage: { low: 90, high: null },
    firstSuccessSeconds: null,
  })),
  secondWitness: { agrees: null, detail: 'Prometheus did not answer' },
  failed: 'Promotion was not confirmed within 30 s. Region a stays fenced; b is the only writer.',
};

function step(
  name: string,
  from: number,
  to: number,
  target: number | null,
  detail: string,
): DrillRecord['steps'][number] {
  return {
    name,
    startedAt: wall(from),
    endedAt: wall(to),
    target,
    waitedOnHuman: 0,
    outcome: 'done',
    detail,
  };
}
