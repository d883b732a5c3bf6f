import { describe, expect, test } from 'vitest';
import { judge } from '../../src/judge/judge.ts';
import { leastForShare } from '../../src/judge/least-samples.ts';
import type { Observations } from '../../src/judge/observations.ts';
import { steadyStateOf } from '../../src/judge/steady.ts';
import type { Objective } from '../../src/objectives/objective.ts';
import type { DrillMeasure } from '../../src/objectives/signal.ts';
import type { DrillRecord, ExperimentRecord, RestoreRecord } from '../../src/record/record.ts';
import { failover } from '../report/fixture-drills.ts';
import {
  errorRatio,
  histogramOf,
  observationsOf,
  p95,
  second,
  throughput,
  windowAt,
} from './observations-of.ts';

function one(objective: Objective, given: Partial<Observations>, least?: number) {
  const assignment = {
    objectiveName: 'o',
    objective,
    window: 'w',
    ...(least === undefined ? {} : { least }),
  };
  const [finding] = judge(
    observationsOf({ windows: [windowAt('w', 0, 4000)], ...given, assignments: [assignment] }),
  );
  if (finding === undefined) throw new Error('no finding');
  return finding;
}

const seconds = (given: Parameters<typeof second>[1]) => [0, 1, 2, 3].map((index) => second(index, given));

test('least samples are those of measurement: 59, 299 and 2,995', () => {
  expect([0.05, 0.01, 0.001, 0.25, 1, 0].map(leastForShare)).toEqual([59, 299, 2995, 11, 1, 299]);
});

describe('client', () => {
  test('a healthy window passes, with exact values', () => {
    const intervals = seconds({ requests: 100 });
    expect(one(errorRatio, { intervals })).toMatchObject({
      outcome: 'pass',
      value: { low: 0, high: 0 },
      samples: 400,
    });
    expect(one(p95, { intervals }).outcome).toBe('pass');
    expect(one(throughput, { intervals })).toMatchObject({ outcome: 'pass', value: { low: 100, high: 100 } });
  });

  test('a dropped iteration counts as the requests it would have made', () => {
    const intervals = seconds({ requests: 100, iterations: 50, failed: 2, dropped: 5 });
    expect(one(errorRatio, { intervals })).toMatchObject({
      outcome: 'fail',
      value: { low: 12 / 110, high: 12 / 110 },
      samples: 440,
      explanation: expect.stringContaining('status 503 × 8, dropped iterations × 20'),
    });
  });

  test('nothing but dropped iterations is a failure, not an absence', () => {
    const intervals = seconds({ requests: 0, dropped: 100 });
    expect(one(errorRatio, { intervals })).toMatchObject({ outcome: 'fail', value: { low: 1, high: 1 } });
  });

  test('failing fast is no throughput', () => {
    expect(one(throughput, { intervals: seconds({ requests: 1000, failed: 990 }) }).outcome).toBe('fail');
  });

  test('few samples decide nothing, unless ten of them prove the violation', () => {
    expect(one(errorRatio, { intervals: seconds({ requests: 10 }) })).toMatchObject({
      outcome: 'inconclusive',
      reason: 'too-few-samples',
      explanation: '299 samples are needed, there were 40.',
      wouldDecide: '299 samples would decide it: a window of about 30 s at this rate.',
    });
    expect(one(errorRatio, { intervals: seconds({ requests: 10, failed: 2 }) }).outcome).toBe('inconclusive');
    expect(one(errorRatio, { intervals: seconds({ requests: 10, failed: 3 }) }).outcome).toBe('fail');
    expect(one(errorRatio, { intervals: seconds({ requests: 10 }) }, 40).outcome).toBe('pass');
    expect(one({ ...errorRatio, leastSamples: 40 }, { intervals: seconds({ requests: 10 }) }).outcome).toBe(
      'pass',
    );
  });

  test('the share under the limit decides a quantile exactly, where it was counted', () => {
    const took = (slow: number) => [
      ...Array.from({ length: 100 - slow }, () => 199),
      ...Array.from({ length: slow }, () => 205),
    ];
    // 199 and 205 ms share one bucket of the histogram.
    expect(histogramOf([199]).buckets[0]?.[0]).toBe(histogramOf([205]).buckets[0]?.[0]);
    const exact = (slow: number) => one(p95, { intervals: seconds({ requests: 100, tookMs: took(slow) }) });
    expect(exact(5)).toMatchObject({ outcome: 'pass', value: { high: 200 } });
    expect(exact(6)).toMatchObject({ outcome: 'fail', value: { low: 200 } });
    const uncounted = { ...p95, limit: 202 };
    expect(one(uncounted, { intervals: seconds({ requests: 100, tookMs: took(5) }) })).toMatchObject({
      outcome: 'inconclusive',
      reason: 'straddles-limit',
    });
  });

  test.each<[string, Partial<Observations>, string]>([
    ['no window', { windows: [] }, 'not-run'],
    ['no interval', { intervals: [] }, 'no-samples'],
    ['no request', { intervals: seconds({ requests: 0 }) }, 'no-samples'],
    ['a gap', { intervals: [0, 1, 3].map((index) => second(index, { requests: 500 })) }, 'stale'],
    ['an early end', { intervals: [0, 1, 2].map((index) => second(index, { requests: 500 })) }, 'stale'],
    ['a broken generator', { generatorBroke: 'killed' }, 'load-invalid'],
    ['no load record', { loads: [] }, 'load-invalid'],
    ['an invalid window', { loadValid: { w: { valid: false, reason: 'CPU' } } }, 'load-invalid'],
    ['a broken observer', { observerProblems: [{ reason: 'stalled' }] }, 'observer-broke'],
    [
      'one broken in this phase',
      { observerProblems: [{ window: 'w', reason: 'stalled' }] },
      'observer-broke',
    ],
  ])('%s is inconclusive, whatever the values are', (_name, given, reason) => {
    for (const failed of [0, 100]) {
      const intervals = seconds({ requests: 200, failed });
      expect(one(errorRatio, { intervals, ...given })).toMatchObject({ outcome: 'inconclusive', reason });
    }
  });

  test('a window that did not come about says why, where its load is known to have broken', () => {
    const broke = { w: { valid: false as const, reason: 'k6 was killed by SIGKILL' } };
    expect(one(errorRatio, { windows: [], loadValid: broke })).toMatchObject({
      outcome: 'inconclusive',
      reason: 'not-run',
      explanation: 'The run has no window w: k6 was killed by SIGKILL.',
    });
  });

  test('an observer that broke elsewhere, or the other observer, does not matter', () => {
    const intervals = seconds({ requests: 200 });
    const observerProblems = [
      { window: 'other', reason: 'stalled' },
      { observer: 'prometheus' as const, reason: 'stalled' },
    ];
    expect(one(errorRatio, { intervals, observerProblems }).outcome).toBe('pass');
  });

  test('what is in a report across an edge may be of the window or not', () => {
    const good = [second(-1, { requests: 500 }), ...seconds({ requests: 100 })];
    const bad = [second(-1, { requests: 500, failed: 500 }), ...seconds({ requests: 100 })];
    const windows = [windowAt('w', -400, 4000)];
    expect(one(errorRatio, { intervals: good, windows })).toMatchObject({
      outcome: 'pass',
      value: { low: 0, high: 0 },
      samples: 600,
    });
    expect(one(p95, { intervals: good, windows }).outcome).toBe('pass');
    expect(one(errorRatio, { intervals: bad, windows })).toMatchObject({
      outcome: 'inconclusive',
      reason: 'straddles-limit',
      value: { low: 0, high: 500 / 900 },
      wouldDecide: expect.stringContaining('A window of about'),
    });
    // At an edge of the window itself it is not.
    expect(one(errorRatio, { intervals: bad }).outcome).toBe('pass');
    expect(one(throughput, { intervals: good, windows }).value).toEqual({ low: 400 / 4.4, high: 900 / 4.4 });
  });

  test('a window without a whole report decides nothing', () => {
    const finding = one(errorRatio, {
      intervals: seconds({ requests: 1000 }),
      windows: [windowAt('w', 500, 1900)],
    });
    expect(finding).toMatchObject({
      outcome: 'inconclusive',
      reason: 'too-few-samples',
      wouldDecide: 'A window of at least 3 s would decide it.',
    });
  });

  test('availability and the share under a limit are the same figures, seen from the other side', () => {
    const available: Objective = {
      ...errorRatio,
      signal: { from: 'client', measure: 'availability' },
      comparator: '>=',
      limit: 0.99,
    };
    const share: Objective = {
      ...available,
      signal: { from: 'client', measure: 'latency-share', underMs: 200 },
      limit: 0.95,
    };
    const intervals = seconds({
      requests: 100,
      failed: 1,
      tookMs: [...Array.from({ length: 95 }, () => 50), ...Array.from({ length: 5 }, () => 300)],
    });
    expect(one(available, { intervals })).toMatchObject({
      outcome: 'pass',
      value: { low: 0.99, high: 0.99 },
    });
    expect(one(available, { intervals: seconds({ requests: 100, failed: 3 }) }).outcome).toBe('fail');
    expect(one(available, { intervals: seconds({ requests: 10 }) })).toMatchObject({
      reason: 'too-few-samples',
    });
    expect(one(share, { intervals })).toMatchObject({ outcome: 'pass', value: { low: 0.95, high: 0.95 } });
    expect(one({ ...share, limit: 0.96 }, { intervals }).outcome).toBe('fail');
    const uncounted: Objective = {
      ...share,
      signal: { from: 'client', measure: 'latency-share', underMs: 301 },
    };
    expect(one({ ...uncounted, limit: 0.97 }, { intervals })).toMatchObject({
      reason: 'straddles-limit',
      wouldDecide: expect.stringContaining('count the requests under 301 ms'),
    });
  });

  test('no data is a failure where the objective says so, and only then', () => {
    expect(one({ ...errorRatio, noData: 'fail' }, { intervals: [] })).toMatchObject({
      outcome: 'fail',
      value: null,
      reason: 'no-samples',
    });
    expect(one({ ...errorRatio, noData: 'inconclusive' }, { intervals: [] }).outcome).toBe('inconclusive');
    expect(one({ ...errorRatio, noData: 'fail' }, { intervals: seconds({ requests: 10 }) }).outcome).toBe(
      'inconclusive',
    );
  });
});

describe('inferred', () => {
  const inferred = (objective: Objective): Objective => ({ ...objective, claim: 'inferred' });

  test('adds what sampling leaves open, on both sides', () => {
    const few = seconds({ requests: 250, failed: 1 });
    expect(one(errorRatio, { intervals: few }).outcome).toBe('pass');
    const finding = one(inferred(errorRatio), { intervals: few });
    expect(finding).toMatchObject({
      outcome: 'pass',
      claim: 'inferred',
      value: { low: expect.closeTo(0.00137, 5), high: expect.closeTo(0.00913, 5) },
    });
    const fewer = seconds({ requests: 150, failed: 1 });
    expect(one(errorRatio, { intervals: fewer }).outcome).toBe('pass');
    expect(one(inferred(errorRatio), { intervals: fewer })).toMatchObject({
      outcome: 'inconclusive',
      reason: 'straddles-limit',
      wouldDecide: expect.stringMatching(/^If the share stays the same, [\d,]+ samples would decide it/),
    });
    // 12 of 1,000 observed are more than 1 %; of the platform they are no proof.
    const bad = seconds({ requests: 250, failed: 3 });
    expect(one(errorRatio, { intervals: bad }).outcome).toBe('fail');
    expect(one(inferred(errorRatio), { intervals: bad }).outcome).toBe('inconclusive');
    expect(one(inferred(errorRatio), { intervals: seconds({ requests: 250, failed: 5 }) }).outcome).toBe(
      'fail',
    );
  });

  test('widens a quantile by the limits of its share', () => {
    const took = (slow: number) => Array.from({ length: 100 }, (_, index) => (index < slow ? 400 : 50));
    const judged = (slow: number, claim: 'observed' | 'inferred') =>
      one({ ...p95, claim }, { intervals: seconds({ requests: 100, tookMs: took(slow) }) });
    expect([2, 4, 8].map((slow) => judged(slow, 'observed').outcome)).toEqual(['pass', 'pass', 'fail']);
    expect([2, 4, 8].map((slow) => judged(slow, 'inferred').outcome)).toEqual([
      'pass',
      'inconclusive',
      'fail',
    ]);
    expect(judged(4, 'inferred').value?.high).toBeGreaterThan(400);
    expect(judged(4, 'observed').value?.high).toBeLessThan(60);
  });

  test('is only for shares', () => {
    expect(one(inferred(throughput), { intervals: seconds({ requests: 100 }) })).toMatchObject({
      outcome: 'inconclusive',
      reason: 'not-run',
    });
  });
});

describe('steady state', () => {
  test('judges the client objectives, and nothing is never steady', () => {
    const smoke: Objective = { ...errorRatio, signal: { from: 'smoke', measure: 'failed' } };
    const state = steadyStateOf({ errors: errorRatio, p95, smoke });
    expect(state.judge('w', seconds({ requests: 100 })).map(({ outcome }) => outcome)).toEqual([
      'pass',
      'pass',
    ]);
    expect(state.judge('w', seconds({ requests: 100, failed: 50 }))[0]?.outcome).toBe('fail');
    expect(state.judge('w', []).map(({ outcome }) => outcome)).toEqual(['inconclusive', 'inconclusive']);
    expect(steadyStateOf({ smoke }).judge('w', seconds({ requests: 100 }))).toMatchObject([
      { outcome: 'inconclusive', severity: 'must' },
    ]);
  });
});

describe('smoke', () => {
  const gate: Objective = {
    signal: { from: 'smoke', measure: 'failed' },
    comparator: '<=',
    limit: 0,
    unit: 'checks',
  };
  test.each([
    [{ failed: 0, total: 7, failures: [] }, 'pass'],
    [{ failed: 1, total: 7, failures: ['ready: status 503'] }, 'fail'],
    [{ failed: 0, total: 0, failures: [] }, 'inconclusive'],
    [null, 'inconclusive'],
  ])('%j: %s', (smoke, outcome) => {
    expect(one(gate, { smoke }).outcome).toBe(outcome);
  });
});

describe('experiment', () => {
  const toSteady: Objective = {
    signal: { from: 'experiment', measure: 'seconds-to-steady' },
    comparator: '<=',
    limit: 15,
    unit: 's',
  };
  const healthy: ExperimentRecord = {
    name: 'w',
    fault: 'f',
    targets: ['t'],
    injectedAt: '2026-01-01T00:00:00.000Z',
    healedAt: '2026-01-01T00:00:10.000Z',
    effective: true,
    witness: 'pid 1 → 2',
    recoverySeconds: 3.2,
  };
  test.each<[string, Partial<ExperimentRecord>, string, string | undefined]>([
    ['steady in time', {}, 'pass', undefined],
    ['steady too late', { recoverySeconds: 15.1 }, 'fail', undefined],
    ['steady, and not by itself', { notReplaced: 'nobody', effective: false }, 'fail', undefined],
    ['never steady', { recoverySeconds: null }, 'fail', undefined],
    [
      'clients steady, and what was hit not back',
      { recoverySeconds: null, witnessesBack: { outcome: 'not back', detail: '2 replicas' } },
      'fail',
      undefined,
    ],
    [
      'clients steady, and nobody saw what was hit',
      { witnessesBack: { outcome: 'not told', detail: 'no answer' } },
      'inconclusive',
      'no-samples',
    ],
    ['all of it back', { witnessesBack: { outcome: 'back', detail: '4 replicas' } }, 'pass', undefined],
    ['cut short', { recoverySeconds: null, aborted: 'SIGINT' }, 'inconclusive', 'straddles-limit'],
    ['without effect', { effective: false }, 'inconclusive', 'ineffective'],
    ['with an unknown effect', { effective: null }, 'inconclusive', 'ineffective'],
    ['without effect and late', { effective: false, recoverySeconds: 20 }, 'fail', undefined],
    ['not injected', { injectedAt: null, notInjected: 'not steady' }, 'inconclusive', 'not-run'],
    ['not healed', { healedAt: null, aborted: 'no answer' }, 'inconclusive', 'not-run'],
    ['another one', { name: 'x' }, 'inconclusive', 'not-run'],
  ])('%s', (_name, given, outcome, reason) => {
    const finding = one(toSteady, { experiments: [{ ...healthy, ...given }] });
    expect(finding.outcome).toBe(outcome);
    expect(finding.reason).toBe(reason);
  });
});

describe('drill', () => {
  const at = (measure: DrillMeasure, limit: number): Objective => ({
    signal: { from: 'drill', measure },
    comparator: '<=',
    limit,
    unit: 's',
  });
  const good: DrillRecord = { ...failover, name: 'w' };
  const stopped = (
    stoppedAfter: number | null,
    high: number | null,
    low = high === null ? 0 : 5,
  ): Partial<DrillRecord> => ({
    failed: 'recover: stopped: interrupted by SIGINT',
    stoppedAfter,
    rto: { low, high, target: 90 },
  });
  const ledger = (given: Partial<DrillRecord['rpo']>): Partial<DrillRecord> => ({
    rpo: { ...good.rpo, ...given },
  });

  test.each<[DrillMeasure, number, Partial<DrillRecord>, string]>([
    ['rto', 5.4, {}, 'pass'],
    ['rto', 5.3, {}, 'inconclusive'],
    ['rto', 5, {}, 'fail'],
    ['rto', 600, { rto: { low: 90, high: null, target: 600 } }, 'fail'],
    // Waited for as long as is promised, and for less.
    ['rto', 90, { rto: { low: 90, high: null, target: 90, givenUpAfter: 90 } }, 'fail'],
    ['rto', 600, { rto: { low: 90, high: null, target: 600, givenUpAfter: 90 } }, 'inconclusive'],
    ['rto', 600, { failed: 'the standby did not become primary' }, 'fail'],
    // Somebody has ended the run: before the fault, before clients were well, in time or not, and behind that. The last
    // one of those that failed tells: 95 s after the fault they may have been well for long, and not yet for long enough.
    ['rto', 90, { ...stopped(null, null), outages: [] }, 'inconclusive'],
    ['rto', 90, stopped(20, null), 'inconclusive'],
    ['rto', 90, stopped(95, null, 94.9), 'fail'],
    ['rto', 90, stopped(95, null, 70), 'inconclusive'],
    ['rto', 90, stopped(20, 5.3), 'inconclusive'],
    ['rto', 4, stopped(20, 5.3), 'fail'],
    ['detection', 30, {}, 'pass'],
    ['detection', 1, {}, 'fail'],
    ['detection', 30, { decomposition: {} }, 'inconclusive'],
    ['failover', 3, {}, 'pass'],
    ['failover', 30, { decomposition: { detected: { low: 1, high: 2 } } }, 'inconclusive'],
    ['rpo', 0, {}, 'pass'],
    ['rpo', 5, ledger({ seconds: 6, lost: 3 }), 'fail'],
    ['rpo', 5, ledger({ seconds: 2, lost: 3, atLeast: true }), 'inconclusive'],
    ['lost', 0, {}, 'pass'],
    ['lost', 0, ledger({ lost: 1 }), 'fail'],
    ['lost', 0, ledger({ acknowledged: 0 }), 'inconclusive'],
    ['lost', 0, { failed: 'it broke off' }, 'inconclusive'],
    ['lost', 0, { ...ledger({ lost: 1 }), failed: 'it broke off' }, 'fail'],
    ['anomalies', 0, ledger({ corrupt: 1 }), 'fail'],
    ['stale', 0, ledger({ stale: 1 }), 'fail'],
    ['flaps', 0, {}, 'pass'],
    ['flaps', 0, { flaps: 1 }, 'fail'],
    ['rto', 600, { name: 'x' }, 'inconclusive'],
  ])('%s ≤ %d with %j: %s', (measure, limit, given, outcome) => {
    expect(one(at(measure, limit), { drills: [{ ...good, ...given }] }).outcome).toBe(outcome);
  });

  test('says what would decide a promise that reaches further than recovery was waited for', () => {
    const rto = { low: 90.4, high: null, target: 3600, givenUpAfter: 90 };
    const failed = 'recover: not recovered within 90 s: write';
    expect(one(at('rto', 3600), { drills: [{ ...good, rto, failed }] })).toMatchObject({
      outcome: 'inconclusive',
      value: { low: 90.4, high: null },
      explanation: expect.stringContaining('not recovered within 90 s'),
      wouldDecide: 'A drill whose deadline is 3600 s, and not 90 s, would decide it.',
    });
  });

  test('how long a person takes to decide is not the time of the failover', () => {
    const step = (name: string, waitedOnHuman: number): DrillRecord['steps'][number] => {
      const [usual] = failover.steps;
      if (usual === undefined) throw new Error('the fixture has steps');
      return { ...usual, name, waitedOnHuman };
    };
    // Asked before each step, and once more whether to promote: 17 minutes in all, 16 of them in between.
    const steps = [
      step('lose', 0),
      step('detect', 60),
      step('decide', 600),
      step('fence', 60),
      step('promote', 200),
      step('route', 100),
      step('recover', 40),
    ];
    const decomposition = { detected: { low: 62, high: 62.1 }, routed: { low: 1025, high: 1025.1 } };
    const drills = [{ ...good, steps, decomposition }];
    expect(one(at('failover', 30), { drills })).toMatchObject({
      outcome: 'pass',
      value: { low: expect.closeTo(2.9, 5), high: expect.closeTo(3.1, 5) },
    });
    expect(one(at('failover', 2), { drills }).outcome).toBe('fail');
  });

  test('with a broken observer no time proves anything, but a lost write stays lost', () => {
    const broken = { observerProblems: [{ window: 'w', reason: 'the probes died' }] };
    const lost = { drills: [{ ...good, ...ledger({ lost: 1 }) }], ...broken };
    expect(one(at('rto', 600), lost)).toMatchObject({ outcome: 'inconclusive', reason: 'observer-broke' });
    expect(one(at('rto', 1), lost).outcome).toBe('inconclusive');
    expect(one(at('lost', 0), lost).outcome).toBe('fail');
    expect(one(at('lost', 0), { drills: [good], ...broken }).outcome).toBe('inconclusive');
  });
});

describe('restore', () => {
  const at = (measure: 'seconds' | 'backup-age', limit: number): Objective => ({
    signal: { from: 'restore', measure },
    comparator: '<=',
    limit,
    unit: 's',
  });
  const good: RestoreRecord = {
    name: 'w',
    backupAgeSeconds: { low: 50, high: 60 },
    seconds: { low: 10, high: 12 },
  };
  const moment = { name: 'point in time', outcome: 'not-run', detail: 'several timelines' } as const;
  const unseen = { name: 'whole', outcome: 'not-run', detail: 'no `verify` is set' } as const;
  const stopped = (stoppedAfter: number | null): Partial<RestoreRecord> => ({
    failed: 'restore: stopped: interrupted by SIGINT',
    stoppedAfter,
    seconds: { low: stoppedAfter ?? 0, high: null },
  });
  test.each<['seconds' | 'backup-age', number, Partial<RestoreRecord>, string, string | undefined]>([
    ['seconds', 12, {}, 'pass', undefined],
    ['seconds', 11, {}, 'inconclusive', 'straddles-limit'],
    ['seconds', 9, {}, 'fail', undefined],
    ['seconds', 600, { seconds: { low: 10, high: null } }, 'fail', undefined],
    ['seconds', 600, { failed: 'the checksums differ' }, 'fail', undefined],
    // Waited for as long as is promised, and for less.
    [
      'seconds',
      90,
      { seconds: { low: 90, high: null, givenUpAfter: 90 }, failed: 'late' },
      'fail',
      undefined,
    ],
    [
      'seconds',
      3600,
      { seconds: { low: 90, high: null, givenUpAfter: 90 }, failed: 'late' },
      'inconclusive',
      'straddles-limit',
    ],
    // Somebody has ended the run: before it was begun, in time, and too late.
    ['seconds', 90, stopped(null), 'inconclusive', 'not-run'],
    ['seconds', 90, stopped(20), 'inconclusive', 'straddles-limit'],
    ['seconds', 90, stopped(95), 'fail', undefined],
    ['backup-age', 60, {}, 'pass', undefined],
    ['backup-age', 55, {}, 'inconclusive', 'straddles-limit'],
    ['backup-age', 40, {}, 'fail', undefined],
    ['backup-age', 60, { failed: 'the checksums differ' }, 'inconclusive', 'not-run'],
    ['backup-age', 60, { backupAgeless: 'it is dated 2 days ahead' }, 'inconclusive', 'not-run'],
    ['backup-age', 1, { backupAgeless: 'it is dated 2 days ahead' }, 'inconclusive', 'not-run'],
    ['backup-age', 60, { seconds: { low: 10, high: null } }, 'inconclusive', 'not-run'],
    ['backup-age', 40, { failed: 'the checksums differ' }, 'fail', undefined],
    // Found, and whether it is whole was not to be told where it lies.
    ['backup-age', 60, { kind: 'backup-freshness', checks: [unseen] }, 'inconclusive', 'not-run'],
    ['backup-age', 40, { kind: 'backup-freshness', checks: [unseen] }, 'fail', undefined],
    ['backup-age', 60, { kind: 'backup-freshness' }, 'pass', undefined],
    ['seconds', 600, { name: 'x' }, 'inconclusive', 'not-run'],
    ['seconds', 12, { kind: 'point-in-time', checks: [{ ...moment, outcome: 'held' }] }, 'pass', undefined],
    ['seconds', 12, { kind: 'point-in-time', checks: [moment] }, 'inconclusive', 'not-run'],
  ])('%s ≤ %d with %j: %s', (measure, limit, given, outcome, reason) => {
    const finding = one(at(measure, limit), { restores: [{ ...good, ...given }] });
    expect(finding.outcome).toBe(outcome);
    expect(finding.reason).toBe(reason);
  });

  test('says what would decide a promise that reaches further than it was waited for', () => {
    const failed = 'replay: replay took longer than 90 s.';
    const late = { ...good, seconds: { low: 90, high: null, givenUpAfter: 90 }, failed };
    expect(one(at('seconds', 3600), { restores: [late] })).toMatchObject({
      explanation: expect.stringContaining('took longer than 90 s'),
      wouldDecide: 'A restore whose deadline leaves it 3600 s, and not 90 s, would decide it.',
    });
  });

  test('with a broken observer nothing is proven, and without any there was none', () => {
    const broken = { observerProblems: [{ window: 'w', reason: 'stalled' }], restores: [good] };
    expect(one(at('seconds', 60), broken)).toMatchObject({
      outcome: 'inconclusive',
      reason: 'observer-broke',
    });
    expect(one(at('seconds', 60), {})).toMatchObject({ outcome: 'inconclusive', reason: 'not-run' });
  });
});

test('a judge that crashes has not acquitted anybody', () => {
  const broken = { ...second(0, { requests: 1000 }), to: second(3, { requests: 1 }).to };
  const intervals = [{ ...broken, latency: { ...broken.latency, buckets: [] } }];
  expect(one(p95, { intervals })).toMatchObject({ outcome: 'inconclusive', reason: 'observer-broke' });
});
