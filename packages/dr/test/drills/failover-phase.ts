import type { DrillPhase } from '@ordeal/shared/scenario/scenario';

/** Region a of the test platform is lost, and b takes over; in seconds, as everything is near. */
export const failover: DrillPhase = {
  phase: 'drill',
  name: 'region-lost',
  title: 'Region a is lost',
  drill: { kind: 'failover', lose: 'region-a-lost', from: 'a', to: 'b' },
  store: 'main',
  route: 'global',
  probeEvery: 0.025,
  probeTimeout: 1,
  ledgerRate: 40,
  ledgerLead: 0.5,
  stableFor: 0.5,
  stableAttempts: 15,
  deadline: 15,
  targets: { rto: 10, rpo: 5, detection: 3, failover: 5 },
  objectives: [],
};
