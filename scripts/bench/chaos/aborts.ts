import { report } from '../report.ts';
import { experiment } from './experiment.ts';

const ROUNDS = 5;
const LENGTHS = { steadyFor: 2, hold: 60, recoverWithin: 30, steadyAgainFor: 1 };
const SOON = { errorRatio: 0.1, consecutiveSeconds: 2, leastAttempts: 10, silentSeconds: 10 };

/** From the abort condition being true, which is when the last of its bad seconds has ended, to healed. */
export async function benchAborts(): Promise<void> {
  const seconds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { record } = await experiment(LENGTHS, SOON);
    const took = record.abort?.secondsToHealed;
    if (typeof took !== 'number') throw new Error(`not aborted: ${JSON.stringify(record)}`);
    seconds.push(took);
  }
  report('abort: condition true to healed', 's', seconds);
}
