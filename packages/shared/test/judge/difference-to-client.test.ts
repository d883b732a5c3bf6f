import { describe, expect, it } from 'vitest';
import type { Observations } from '../../src/judge/observations.ts';
import type { PrometheusSignal } from '../../src/objectives/signal.ts';
import type { SampleValue } from '../../src/prometheus/reading.ts';
import { second } from './observations-of.ts';
import { each, findingOn, WINDOW } from './prometheus-observed.ts';

const signal: PrometheusSignal = {
  from: 'prometheus',
  measure: 'difference-to-client',
  selector: 'requests',
};

/** The client sends 100 requests a second; the server's counter grows by `perSecond`. */
const judged = (
  server: (second: number) => SampleValue | undefined,
  limit = 0.2,
  more: Partial<Observations> = {},
) =>
  findingOn(
    { signal, comparator: '<', limit, unit: 'ratio' },
    { series: { requests: [each({}, server)] }, scrapes: [each({ __name__: 'up' }, () => 1)] },
    { intervals: Array.from({ length: WINDOW }, (_, index) => second(index, { requests: 100 })), ...more },
  );

describe('what client and server counted', () => {
  it('is the same within what the edges of the window leave open', () => {
    const finding = judged((at) => 1000 + at * 100);
    expect(finding).toMatchObject({
      outcome: 'pass',
      value: { low: 0 },
      samples: 1000,
      explanation: 'The server counted 900 to 1100, the client 1000.',
      query: 'sum(increase(requests[W]))',
    });
    expect(finding.value!.high).toBeCloseTo(0.1, 10);
    expect(judged((at) => 1000 + at * 100, 0.05)).toMatchObject({
      outcome: 'inconclusive',
      reason: 'straddles-limit',
      wouldDecide: expect.stringContaining('longer window'),
    });
  });

  it('differs when the server counted far less, or far more', () => {
    const less = judged((at) => 1000 + at * 50);
    expect(less.outcome).toBe('fail');
    expect(less.value!.low).toBeCloseTo(0.45, 10);
    const more = judged((at) => 1000 + at * 200);
    expect(more.outcome).toBe('fail');
    expect(more.value!.low).toBeCloseTo(0.8, 10);
  });

  it('leaves open what became of requests that failed', () => {
    const intervals = Array.from({ length: WINDOW }, (_, index) =>
      second(index, { requests: 100, failed: 50 }),
    );
    expect(judged((at) => 1000 + at * 60, 0.3, { intervals })).toMatchObject({
      outcome: 'inconclusive',
      value: { low: 0 },
    });
  });

  it.each<[string, ReturnType<typeof judged>, string]>([
    ['the counter was not there', judged(() => undefined), 'no-samples'],
    ['the client was silent', judged((at) => at * 100, 0.2, { intervals: [] }), 'no-samples'],
    [
      'the load was not valid',
      judged((at) => at * 100, 0.2, { loadValid: { w: { valid: false, reason: 'no CPU' } } }),
      'load-invalid',
    ],
    ['the counter is none', judged(() => 'NaN'), 'no-samples'],
    [
      'the counter was not seen to the end',
      judged((at) => (at < 6 ? 1000 + at * 100 : undefined)),
      'straddles-limit',
    ],
  ])('is nothing to rely on when %s', (_, finding, reason) => {
    expect(finding).toMatchObject({ outcome: 'inconclusive', reason });
  });
});
