import { describe, expect, it } from 'vitest';
import { highestRate, secondsOf } from '@ordeal/shared/load/rate-legs';
import { startWorkload } from '../../src/start-workload.ts';
import { arrivalsUntil } from '../../src/shapes/arrivals.ts';
import { expectAtRate } from '../support/expect-at-rate.ts';
import { fixture, testRun, workloadOf } from '../support/run.ts';
import { startServer } from '../support/server.ts';

/** A busy machine makes k6 and the server late; early they are by what the first beat's moment is not known to. */
const LATE_SECONDS = 0.5;
const EARLY_SECONDS = 0.1;

describe('a rate that changes, on k6', () => {
  it('jumps and ramps as planned, with every journey at its share', async () => {
    const run = testRun();
    const server = await startServer((_, { method }) => ({
      status: method === 'POST' ? 201 : 200,
      body: '{}',
    }));
    const rates = [
      { seconds: 1.5, from: 20, to: 20 },
      { seconds: 1, from: 200, to: 200 },
      { seconds: 1, from: 20, to: 100 },
    ];
    const workload = workloadOf('one-step', server.url, {
      rate: highestRate(rates),
      rates,
      atMostSeconds: secondsOf(rates),
      journeys: [
        { name: 'one-step', file: fixture('one-step'), weight: 3 },
        { name: 'also', file: fixture('one-step'), weight: 1 },
      ],
    });
    const load = await startWorkload(workload, run.settings, run.context);
    expect(await load.ended).toEqual({ how: 'finished' });
    const record = await load.stop();
    const [first] = load.stream.between(-Infinity, Infinity);
    await server.close();
    run.clear();

    expect(record.offered).toBe(290);
    expect(record.achieved).toBeLessThanOrEqual(294);
    expectAtRate(record, 100);
    expect(record.validity).toEqual({ valid: true });
    // How many had arrived by the end of each leg, by when the server saw them.
    const began = first!.from - (run.context.clock.now() - performance.now());
    let at = 0;
    for (const { seconds } of rates) {
      at += seconds;
      const arrived = server.requests.filter((request) => request.at - began <= at * 1000).length;
      expect(arrived).toBeGreaterThanOrEqual(arrivalsUntil({ rate: 200, rates }, at - LATE_SECONDS) - 5);
      expect(arrived).toBeLessThanOrEqual(arrivalsUntil({ rate: 200, rates }, at + EARLY_SECONDS) + 5);
    }
  });

  it('ends at once when it is stopped, however high the rate would have become', async () => {
    const run = testRun();
    const server = await startServer(() => ({ status: 200 }));
    const rates = [
      { seconds: 600, from: 20, to: 20 },
      { seconds: 60, from: 500, to: 500 },
    ];
    const workload = workloadOf('one-step', server.url, {
      rate: 500,
      rates,
      atMostSeconds: 660,
      timeoutMs: 200,
    });
    const load = await startWorkload(workload, run.settings, run.context);
    await run.context.clock.sleep(1200);
    const record = await load.stop();
    expect(await load.ended).toEqual({ how: 'stopped' });
    await server.close();
    run.clear();
    expect(record.requests).toBe(server.requests.length);
    expect(record.validity).toEqual({ valid: true });
    expectAtRate(record, 20);
  });
});
