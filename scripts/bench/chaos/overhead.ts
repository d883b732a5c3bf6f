import { report } from '../report.ts';
import { experiment } from './experiment.ts';

const ROUNDS = 5;
const LENGTHS = { steadyFor: 3, hold: 3, recoverWithin: 30, steadyAgainFor: 2 };
const NEVER = { errorRatio: 1, consecutiveSeconds: 60, leastAttempts: 1, silentSeconds: 60 };

/**
 * What a whole experiment takes beyond the windows that it declares and the time that its platform takes to be
 * steady again: looking for targets, injecting, healing, waiting for the client's last reports.
 */
export async function benchOverhead(): Promise<void> {
  const overhead: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { record, seconds } = await experiment(LENGTHS, NEVER);
    if (record.recoverySeconds === null) throw new Error(`not steady again: ${JSON.stringify(record)}`);
    const { steadyFor, hold, steadyAgainFor } = LENGTHS;
    overhead.push(seconds - steadyFor - hold - steadyAgainFor - record.recoverySeconds);
  }
  report('experiment: overhead beyond its declared windows', 's', overhead);
}
