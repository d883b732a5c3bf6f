import { describe, expect, it } from 'vitest';
import type { ClientInterval } from '@ordeal/shared/load/client-interval';
import { emptyHistogram } from '@ordeal/shared/load/histogram';
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
  offered: 1000,
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
