import { echo } from 'zx';
import { hostDriver } from '../../packages/chaos/src/drivers/host.ts';
import { configOf, context, entryOf, subjects } from '../../packages/chaos/test/drivers/host/subjects.ts';
import { systemClock } from '../../packages/shared/src/time/system-clock.ts';
import { report } from './report.ts';

const ROUNDS = 15;

/** How long it takes from the decision to inject a fault on this host until it is in, and from heal to healed. */
export async function benchChaos(): Promise<void> {
  for (const [name, { skipped, make }] of Object.entries(subjects)) {
    if (skipped !== undefined) {
      echo(`${name}: left out, ${skipped}`);
      continue;
    }
    const subject = await make();
    const config = configOf(subject.raw({}));
    const injected: number[] = [];
    const healed: number[] = [];
    try {
      for (let round = 0; round < ROUNDS; round += 1) {
        const decided = systemClock.now();
        const acknowledged = await hostDriver.inject(config, context());
        injected.push(Math.max(...acknowledged.map(({ confirmed }) => confirmed)) - decided);
        const asked = systemClock.now();
        await hostDriver.heal(entryOf(config), context());
        healed.push(systemClock.now() - asked);
      }
    } finally {
      await hostDriver.heal(entryOf(config), context());
      await subject.stop();
    }
    report(`host, ${name}: decision to injected`, 'ms', injected);
    report(`host, ${name}: heal to healed`, 'ms', healed);
  }
}
