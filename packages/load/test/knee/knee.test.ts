import { env } from 'node:process';
import { describe, expect, it } from 'vitest';
import { searchAt } from './support/find.ts';
import { startBucketServer } from './support/bucket-server.ts';

const CAPACITY = 120;

/** Each search takes most of a minute, and a machine with nothing else to do: `npm run prove -- knee`. */
const proving = env['ORDEAL_PROVE_KNEE'] !== undefined;

describe.skipIf(!proving)('the knee of a server whose capacity is known', () => {
  it.each([
    ['below', { from: 55, to: 1000 }],
    ['above', { from: 230, to: 1000 }],
  ])('is found from %s within 15 %%', { timeout: 240_000 }, async (_, range) => {
    const server = await startBucketServer(CAPACITY);
    const { capacity, steps, leftOpen } = await searchAt(server.url, range);
    await server.close();
    const tried = steps.map(({ rate, outcome }) => `${rate} ${outcome.how}`).join(', ');
    if (capacity.how !== 'found') throw new Error(`${JSON.stringify(capacity)} after ${tried}`);
    expect(capacity.low, tried).toBeGreaterThanOrEqual(0.85 * CAPACITY);
    expect(capacity.low, tried).toBeLessThanOrEqual(1.15 * CAPACITY);
    expect(capacity.high, tried).toBeLessThanOrEqual(1.15 * CAPACITY);
    // Whichever breaks first: a queue that fills up delays before it refuses.
    expect(['few errors', 'achieved load']).toContain(capacity.broke.objective);
    expect(leftOpen).toBe(0);
  });
});
