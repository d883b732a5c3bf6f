import { pid } from 'node:process';
import { expect, it } from 'vitest';
import { ActiveLoad } from '../src/active-load.ts';
import { LoadMonitor } from '../src/load-monitor.ts';
import type { K6Exit } from '../src/process/k6-process.ts';
import type { Receiver } from '../src/remote-write/receiver.ts';
import type { PushedSeries } from '../src/remote-write/write-request.ts';
import { testRun, workloadOf } from './support/run.ts';

it('says of a load that it gave up why, although an iteration came to its end while k6 was being ended', async () => {
  const run = testRun();
  const workload = workloadOf('one-step', 'http://127.0.0.1:1');
  const monitor = new LoadMonitor(workload, run.settings.anchor, run.context);
  const began = run.context.clock.wall();
  const push = (at: number, counts: Readonly<Record<string, number>>, requests: number): void =>
    monitor.take([
      ...Object.entries({ ordeal_begun: began, ...counts }).map(([name, value]): PushedSeries => ({
        name: `k6_${name}`,
        labels: {},
        samples: [{ value, timestamp: began + at }],
        histograms: [],
      })),
      {
        name: 'k6_ordeal_latency',
        labels: {},
        samples: [],
        histograms: [
          { timestamp: began + at, schema: 3, count: requests, sum: requests, zero: requests, buckets: [] },
        ],
      },
    ]);
  const counts = (thrown: number, all: number) => ({
    ordeal_started_total: all,
    ordeal_iterations_total: all,
    ordeal_iterations_thrown_total: thrown,
  });
  const exited = Promise.withResolvers<K6Exit>();
  const load = new ActiveLoad({
    workload,
    context: run.context,
    k6: {
      pid,
      exited: exited.promise,
      errors: () => ['journey one-step threw'],
      terminate: () => {
        push(2000, counts(60, 61), 61);
        exited.resolve({ code: 105, signal: null });
        return exited.promise;
      },
    },
    receiver: { release: () => {}, close: () => Promise.resolve() } as Receiver,
    forwarder: undefined,
    monitor,
    virtualUsers: 10,
    settle: () => {},
  });
  push(1000, counts(60, 60), 60);
  const reason = 'it was ended, as its first 60 iterations all threw (journey one-step threw)';
  expect(await load.ended).toMatchObject({ how: 'broke', reason });
  expect((await load.stop()).validity).toEqual({ valid: false, reason });
  run.clear();
});
