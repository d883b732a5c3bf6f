import { exactly } from '@ordeal/shared/time/interval';
import { expect, it } from 'vitest';
import { lastingOutage } from '../../src/drills/lasting-outage.ts';
import type { ProbeStream } from '../../src/observers/observers.ts';

/** An attempt each 10 ms that takes 1 ms; bad in these stretches. */
function streamOf(until: number, ...bad: readonly (readonly [number, number])[]): ProbeStream {
  const attempts = Array.from({ length: until / 10 }, (_, index) => {
    const sent = index * 10;
    const ok = !bad.some(([from, to]) => sent >= from && sent < to);
    return { due: sent, sent, completed: sent + 1, ok, status: ok ? 200 : 503 };
  });
  return { name: 'write', everyMs: 10, timeoutMs: 100, attempts, missedTicks: 0 };
}

const question = { from: exactly(100), stableForMs: 200, stableAttempts: 10 };

it('reaches to the recovery that lasted, across stable windows that did not', () => {
  const relapsed = lastingOutage(streamOf(2000, [120, 200], [600, 650], [1000, 1020]), question);
  expect(relapsed.recovered).toEqual({ low: 1010, high: 1021 });
  expect(relapsed.outage).toEqual({ low: 1010 - 121, high: 1021 - 110 });
  expect(relapsed.bad).toBe(15);
  expect(relapsed.flaps).toBe(2);
});

it('has no end while the last relapse has not held', () => {
  const open = lastingOutage(streamOf(1100, [120, 200], [1000, 1020]), question);
  expect(open.recovered).toBeNull();
  expect(open.outage).toEqual({ low: 1010 - 121, high: Infinity });
  expect(lastingOutage(streamOf(1000, [120, 1000]), question).recovered).toBeNull();
});

it('is the plain outage where nothing relapsed', () => {
  expect(lastingOutage(streamOf(1000, [120, 200]), question)).toMatchObject({
    recovered: { low: 190, high: 201 },
    badAfterRecovery: 0,
  });
  expect(lastingOutage(streamOf(1000), question)).toMatchObject({ outage: null, recovered: { low: 100 } });
});
