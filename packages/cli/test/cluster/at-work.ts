import { pid } from 'node:process';
import type { HeldLease } from '@ordeal/shared/lease/hold';
import type { Coordination } from '@ordeal/shared/platform/platform';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { leasePlatform } from '../../src/run/platform-lease.ts';

/** Takes the lease on the platform `shop` as a run on another machine does: only on the cluster do both meet. */
export function atWork(run: string, coordination: Coordination): Promise<HeldLease> {
  return leasePlatform({
    platform: { name: 'shop', entry: `http://${run}.test`, guardrails: { coordination } },
    run,
    pid,
    startedAt: new Date(systemClock.wall()),
    clock: systemClock,
    say: () => {},
  });
}
