import { describe, expect, it } from 'vitest';
import { searchAt } from './support/find.ts';
import { startBucketServer } from './support/bucket-server.ts';

const CAPACITY = 120;

describe.concurrent('the knee of a server whose capacity is known', () => {
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
    expect(capacity.broke.objective).toBe('few errors');
    expect(leftOpen).toBe(0);
  });
});
