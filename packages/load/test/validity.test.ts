import { describe, expect, it } from 'vitest';
import type { ClientInterval } from '@ordeal/shared/load/client-interval';
import { emptyHistogram } from '@ordeal/shared/load/histogram';
import { exactly } from '@ordeal/shared/time/interval';
import { arrivalsDue, scenariosOf } from '../src/shapes/arrivals-due.ts';
import { judgeValidity, type GeneratorEvidence } from '../src/validity.ts';

/** A second with 50 requests whose latencies add up to `busyMs`. */
function second(at: number, dropped: number, busyMs: number, errors = {}): ClientInterval {
  const latency = { ...emptyHistogram(), count: 50, sum: busyMs, zero: 50 };
  return {
    from: at,
    to: at + 1000,
    iterations: 50,
    dropped,
    requests: 50,
    failed: 0,
    errors,
    latency,
    under: {},
  };
}

const evidence: GeneratorEvidence = {
  due: exactly(1000),
  totals: { started: 1000, iterations: 1000, iterationsFailed: 0, thrown: 0, dropped: 0, requests: 1000 },
  intervals: [second(0, 0, 500), second(1000, 0, 500)],
  coresWanted: () => 0.2,
  cores: 2,
  virtualUsers: 100,
  timeoutMs: 1000,
  broke: undefined,
};
/** 300 arrivals found no free virtual user. */
const short = {
  ...evidence,
  totals: { ...evidence.totals, started: 700, iterations: 700, dropped: 300 },
};
const waiting = [second(0, 0, 500), second(1000, 150, 95_000), second(2000, 150, 95_000)];

function reasonOf(given: GeneratorEvidence): string {
  const validity = judgeValidity(given);
  return validity.valid ? 'valid' : validity.reason;
}

describe('judgeValidity', () => {
  it('is valid when what was promised was offered', () => {
    expect(reasonOf(evidence)).toBe('valid');
    expect(reasonOf({ ...evidence, totals: { ...evidence.totals, iterations: 980 } })).toBe('valid');
  });

  it('is valid, and the drops the platform’s failures, when all virtual users waited for the platform', () => {
    expect(reasonOf({ ...short, intervals: waiting })).toBe('valid');
  });

  it('is invalid when the virtual users were busy with something else', () => {
    expect(reasonOf({ ...short, intervals: [second(0, 150, 500), second(1000, 150, 500)] })).toMatch(
      /only 1 %/,
    );
  });

  it('is told by what was seen of k6’s CPU when it was gone before its last report came', () => {
    const unseenAt = (last: ClientInterval) =>
      reasonOf({
        ...short,
        intervals: [...waiting, last],
        coresWanted: (interval) => (interval === last ? undefined : 0.4),
      });
    expect(unseenAt(second(3000, 3, 95_000))).toBe('valid');
    // Of most of what was dropped nobody knows why.
    expect(unseenAt(second(3000, 1000, 95_000))).toMatch(/could not be seen/);
  });

  it('knows of a script’s own scenarios what they lost, and whether they were held back', () => {
    const own = { ...evidence, due: exactly(0), virtualUsers: 0, ceiling: 1000 };
    expect(reasonOf(own)).toBe('valid');
    expect(reasonOf({ ...own, ceiling: 53 })).toMatch(/ceiling of 53 requests\/s in 2 of 2 reports/);
    expect(reasonOf({ ...own, totals: { ...own.totals, dropped: 21 } })).toMatch(
      /21 arrivals.*preAllocatedVUs/,
    );
    expect(reasonOf({ ...own, totals: { ...own.totals, dropped: 20 } })).toBe('valid');
  });

  it('does not take a short report with two requests in it for a high rate', () => {
    const begun: ClientInterval = { ...second(0, 0, 0), from: 0, to: 10, requests: 2 };
    const burst: ClientInterval = { ...second(0, 0, 0), from: 10, to: 10, requests: 1 };
    const own = { ...evidence, due: exactly(0), virtualUsers: 0, ceiling: 100 };
    expect(reasonOf({ ...own, intervals: [begun] })).toBe('valid');
    expect(reasonOf({ ...own, intervals: [begun, burst, ...evidence.intervals] })).toBe('valid');
    // Many of them in a row are one.
    const tenths = Array.from({ length: 10 }, (_, index): ClientInterval => ({
      ...second(0, 0, 0),
      from: index * 100,
      to: index * 100 + 100,
      requests: 11,
    }));
    expect(reasonOf({ ...own, intervals: tenths })).toMatch(/came up to its ceiling of 100 /);
  });

  it('is invalid when k6 had no CPU to spare, or none could be seen', () => {
    expect(reasonOf({ ...short, intervals: waiting, coresWanted: () => 1.9 })).toMatch(/1\.9 of 2 cores/);
    expect(reasonOf({ ...short, intervals: waiting, coresWanted: () => undefined })).toMatch(
      /could not be seen/,
    );
  });

  it('is invalid when arrivals did not even come about', () => {
    const totals = { ...evidence.totals, started: 700, iterations: 700 };
    expect(reasonOf({ ...evidence, totals })).toMatch(/700 of 1000 arrivals/);
  });

  it('is invalid when iterations were cut off', () => {
    expect(reasonOf({ ...evidence, totals: { ...evidence.totals, iterations: 900 } })).toMatch(
      /100 iterations/,
    );
  });

  it('is invalid without requests, out of ports or descriptors, or broken', () => {
    expect(reasonOf({ ...evidence, totals: { ...evidence.totals, requests: 0 } })).toMatch(/not one request/);
    expect(reasonOf({ ...evidence, intervals: [second(0, 0, 1, { ports: 2 })] })).toMatch(/ran out of ports/);
    expect(reasonOf({ ...evidence, broke: 'k6 fell over' })).toBe('k6 fell over');
  });
});

describe('judgeValidity of a load that tells tenants apart', () => {
  /** Seconds in which one tenant's arrivals find no free virtual user; the other one has most of them. */
  const apart = (noisy: { readonly dropped: number; readonly busyMs: number }) =>
    [0, 1000, 2000].map((at): ClientInterval => {
      const { from: _, to: __, ...quiet } = second(at, 0, 500);
      const { from: ___, to: ____, ...own } = second(at, noisy.dropped, noisy.busyMs);
      return { ...second(at, noisy.dropped, 500 + noisy.busyMs), tenants: { quiet, noisy: own } };
    });
  const tenantUsers = { quiet: 900, noisy: 20 };
  const told = (noisy: Parameters<typeof apart>[0], totals = short.totals) =>
    reasonOf({ ...evidence, totals, virtualUsers: 920, tenantUsers, intervals: apart(noisy) });

  it('knows a platform that makes one of them wait, however many virtual users the others have', () => {
    expect(told({ dropped: 100, busyMs: 19_000 })).toBe('valid');
  });

  it('is invalid when those of the one that lost arrivals were busy with something else', () => {
    expect(told({ dropped: 100, busyMs: 500 })).toMatch(
      /^300 arrivals of tenant noisy found no free virtual user of 20, .*only 3 %/,
    );
  });

  it('sees a small tenant that loses arrivals behind a large one that loses none', () => {
    const few = { ...evidence.totals, started: 10_000, iterations: 10_000, dropped: 30 };
    const due = exactly(10_030);
    const intervals = apart({ dropped: 10, busyMs: 500 });
    expect(reasonOf({ ...evidence, due, totals: few, tenantUsers, intervals })).toMatch(
      /30 arrivals of tenant noisy/,
    );
    expect(reasonOf({ ...evidence, due, totals: few, intervals })).toBe('valid');
  });

  it('lets each scenario of each tenant miss an arrival at the edges', () => {
    const weights = { a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 };
    const journeys = Object.keys(weights).map(() => ({ weight: 0 }));
    expect(scenariosOf({ journeys, perTenant: [{ weights }, { weights: { a: 1 } }] })).toBe(7);
    expect(scenariosOf({ journeys: [{ weight: 1 }, { weight: 0 }] })).toBe(1);
  });
});

describe('judgeValidity at the edges of a load', () => {
  const rates = [0.5, 3, 7, 20, 50, 61.3, 200, 1000];
  const seconds = [0.05, 0.3, 1, 1.2, 2.15, 5, 10.01, 60, 3600];
  const weights = [[1], [3, 1], [5, 3, 1]];

  /** Arrivals that one scenario made: beats at `first`, `first` + 1/rate, … up to the end, the last `lateMs` not begun. */
  function beats(rate: number, ranMs: number, first: number, lateMs: number): number {
    const last = (ranMs - lateMs) / 1000 - first / rate;
    return last < 0 ? 0 : Math.floor(last * rate) + 1;
  }

  function judged(rate: number, ranMs: number, scenarios: number, arrivals: number, more = {}): string {
    const totals = { ...evidence.totals, started: arrivals, iterations: arrivals, requests: 1, ...more };
    return reasonOf({ ...evidence, due: arrivalsDue({ rate }, ranMs, scenarios), totals });
  }

  function* loads() {
    for (const rate of rates) {
      for (const time of seconds) for (const shares of weights) yield { rate, ranMs: time * 1000, shares };
    }
  }

  it('is never lost over where the beats fall, nor over what was late when the end came', () => {
    for (const { rate, ranMs, shares } of loads()) {
      const sum = shares.reduce((left, right) => left + right, 0);
      for (const first of [0, 0.3, 0.999]) {
        for (const lateMs of [0, 60, 200]) {
          const arrivals = shares.reduce(
            (all, share) => all + beats((rate * share) / sum, ranMs, first, lateMs),
            0,
          );
          const outcome = judged(rate, ranMs, shares.length, arrivals);
          expect(outcome, `${rate}/s for ${ranMs} ms: ${arrivals}`).toBe('valid');
        }
      }
    }
  });

  it('is always lost over 2 % of the arrivals that were certain, and in a long load over 2 % of all', () => {
    for (const { rate, ranMs, shares } of loads()) {
      const { low, high } = arrivalsDue({ rate }, ranMs, shares.length);
      expect(high - low).toBeLessThanOrEqual(0.2 * rate + shares.length + 1e-6);
      if (low < 1) continue;
      const few = Math.ceil(0.98 * low) - 1;
      expect(judged(rate, ranMs, shares.length, few)).toMatch(/too slow to keep the rate/);
      if (high < 3000 || ranMs < 60_000) continue;
      expect(judged(rate, ranMs, shares.length, Math.floor(0.975 * high))).toMatch(/too slow/);
    }
  });

  it('counts what came about and did not end as before, however short the load', () => {
    for (const { rate, ranMs, shares } of loads()) {
      const arrivals = Math.round((rate * ranMs) / 1000);
      if (arrivals < 1) continue;
      const iterations = Math.ceil(0.98 * arrivals) - 1;
      expect(judged(rate, ranMs, shares.length, arrivals, { iterations })).toMatch(/were cut off/);
      const dropped = arrivals - iterations;
      const dropping = { started: iterations, iterations, dropped };
      const totals = { ...evidence.totals, requests: 1, ...dropping };
      const idle = [second(0, dropped, 0)];
      const due = arrivalsDue({ rate }, ranMs, shares.length);
      expect(reasonOf({ ...evidence, due, totals, intervals: idle })).toMatch(/pause for long/);
    }
  });
});
