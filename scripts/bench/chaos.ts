import { benchAborts } from './chaos/aborts.ts';
import { benchFaults } from './chaos/faults.ts';
import { benchOverhead } from './chaos/overhead.ts';

/** How long faults take to get in and out, and what an experiment costs beyond the windows that it declares. */
export async function benchChaos(): Promise<void> {
  await benchFaults();
  await benchOverhead();
  await benchAborts();
}
