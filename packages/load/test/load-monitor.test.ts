import { expect, it } from 'vitest';
import { LoadMonitor } from '../src/load-monitor.ts';
import type { PushedSeries } from '../src/remote-write/write-request.ts';
import { testRun, workloadOf } from './support/run.ts';

it('tells of a report that took no time as of one that took hardly any: a journal holds no infinity', () => {
  const run = testRun();
  const monitor = new LoadMonitor(
    workloadOf('one-step', 'http://127.0.0.1:1'),
    run.settings.anchor,
    run.context,
  );
  const began = run.context.clock.wall();
  const pushed = (name: string, value: number): PushedSeries => ({
    name,
    labels: {},
    samples: [{ value, timestamp: began }],
    histograms: [],
  });
  monitor.take([pushed('k6_ordeal_begun', began), pushed('k6_ordeal_started_total', 1)]);
  const [second] = run.events;
  expect(second).toMatchObject({ type: 'load-second' });
  expect(JSON.parse(JSON.stringify(second))).toEqual(second);
  run.clear();
});
