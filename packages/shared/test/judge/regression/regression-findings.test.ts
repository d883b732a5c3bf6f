import { describe, expect, test } from 'vitest';
import type { EarlierRun } from '../../../src/judge/earlier-run.ts';
import { regressionFindings } from '../../../src/judge/regression/regression-findings.ts';
import type { Finding } from '../../../src/objectives/finding.ts';
import type { Objective, Regression } from '../../../src/objectives/objective.ts';
import { seeded } from '../observations-of.ts';

const slower: Objective = {
  signal: { from: 'client', measure: 'latency', quantile: 0.95 },
  comparator: '<',
  limit: 200,
  unit: 'ms',
  regression: { effect: 10 },
};
const fewer: Objective = {
  ...slower,
  signal: { from: 'client', measure: 'throughput' },
  comparator: '>',
  limit: 20,
  unit: 'req/s',
};

type Value = Finding['value'];
const at = (value: number, width = 0): Value => ({ low: value - width / 2, high: value + width / 2 });

function own(value: Value, rest: Partial<Finding> = {}): Finding {
  return {
    objective: 'p95',
    window: 'baseline',
    signal: 'client p95 latency',
    outcome: 'pass',
    value,
    limit: 200,
    comparator: '<',
    samples: 1000,
    unit: 'ms',
    severity: 'must',
    ...rest,
  };
}

/** Runs a day apart, the last one the day before now. */
function runs(
  values: readonly (number | Value)[],
  each: (place: number) => Partial<EarlierRun['findings'][number]> = () => ({}),
  compared: (place: number) => readonly EarlierRun['findings'][number][] = () => [],
): EarlierRun[] {
  return values.map((value, place) => ({
    run: `r${String(place).padStart(3, '0')}`,
    startedAt: new Date(Date.UTC(2026, 0, 1 + place)).toISOString(),
    findings: [{ ...own(typeof value === 'number' ? at(value) : value), ...each(place) }, ...compared(place)],
  }));
}

const breach = (outcome: 'fail' | 'inconclusive'): EarlierRun['findings'][number] => ({
  ...own(at(50)),
  objective: 'p95 (against history)',
  outcome,
  ...(outcome === 'fail' ? {} : { reason: 'unconfirmed' as const }),
});

function compare(
  value: Value,
  earlier: readonly EarlierRun[] | undefined,
  objective: Objective = slower,
  rest: Partial<Finding> = {},
): Finding {
  const finding = own(value, { unit: objective.unit, comparator: objective.comparator, ...rest });
  const [made, ...others] = regressionFindings(
    {
      assignments: [{ objectiveName: 'p95', objective, window: 'baseline' }],
      ...(earlier === undefined ? {} : { earlier }),
    },
    [finding],
  );
  if (made === undefined || others.length > 0) throw new Error('one finding was expected');
  return made;
}

const usual = [48, 49, 50, 50, 50, 51, 52, 50];

test('objectives without a regression have no finding against history', () => {
  const { regression: _, ...plain } = slower;
  expect(
    regressionFindings({ assignments: [{ objectiveName: 'p95', objective: plain, window: 'w' }] }, [
      own(at(1)),
    ]),
  ).toEqual([]);
});

describe('a baseline', () => {
  test('what is within the usual passes, and says what it was compared with', () => {
    expect(compare(at(55), runs(usual))).toMatchObject({
      objective: 'p95 (against history)',
      window: 'baseline',
      outcome: 'pass',
      value: { low: 5, high: 5 },
      limit: 10,
      comparator: '<=',
      samples: 8,
      unit: 'ms',
      severity: 'should',
      explanation: expect.stringContaining('The median of 8 comparable runs is 50 ms'),
    });
  });

  test('noise counts: three median deviations are allowed when the effect is smaller', () => {
    const noisy = runs([40, 60, 45, 55, 40, 60, 45, 55]);
    expect(compare(at(70), noisy)).toMatchObject({ limit: 22.5, outcome: 'pass' });
    expect(compare(at(73), noisy)).toMatchObject({ outcome: 'inconclusive', reason: 'unconfirmed' });
  });

  test('the comparator gives the direction: better is never a regression', () => {
    const earlier = (value: number) =>
      runs(
        Array.from({ length: 8 }, () => value),
        () => ({ unit: 'req/s' }),
      );
    expect(compare(at(10), runs(usual)).outcome).toBe('pass');
    expect(compare(at(150), earlier(100), fewer).outcome).toBe('pass');
    expect(compare(at(85), earlier(100), fewer)).toMatchObject({
      reason: 'unconfirmed',
      value: { low: 15, high: 15 },
    });
  });

  test('an interval that holds the allowed change decides nothing', () => {
    expect(compare(at(60, 4), runs(usual))).toMatchObject({
      outcome: 'inconclusive',
      reason: 'straddles-limit',
      wouldDecide: expect.any(String),
    });
    expect(compare({ low: 55, high: null }, runs(usual))).toMatchObject({ reason: 'straddles-limit' });
    expect(compare({ low: 65, high: null }, runs(usual))).toMatchObject({
      reason: 'unconfirmed',
      value: { low: 15, high: null },
    });
    expect(
      compare(
        { low: 90, high: null },
        runs(usual, () => ({ unit: 'req/s' })),
        fewer,
      ),
    ).toMatchObject({
      outcome: 'inconclusive',
      value: null,
    });
  });

  test('only the newest thirty runs count', () => {
    const drifted = runs([...Array.from({ length: 40 }, () => 500), ...Array.from({ length: 30 }, () => 50)]);
    expect(compare(at(55), drifted)).toMatchObject({ outcome: 'pass', samples: 30 });
    expect(compare(at(70), drifted).reason).toBe('unconfirmed');
  });
});

describe('a cold start', () => {
  test.each([
    [undefined, 0],
    [[], 0],
    [[50, 50, 50], 3],
    [[50, 50, 50, 50, 50, 50, 50], 7],
  ])('%j: says so, and is never a pass', (values, count) => {
    for (const value of [at(1), at(50), at(5000), { low: 1, high: null }]) {
      expect(compare(value, values && runs(values))).toMatchObject({
        outcome: 'inconclusive',
        reason: 'no-baseline',
        explanation: expect.stringContaining(`${count} of 8 comparable runs so far`),
        wouldDecide: expect.stringContaining(`${8 - count} more runs`),
      });
    }
  });

  test.each<[string, Partial<EarlierRun['findings'][number]>]>([
    ['without a value', { value: null }],
    ['without an upper end', { value: { low: 5, high: null } }],
    ['with an invalid load', { outcome: 'inconclusive', reason: 'load-invalid' }],
    ['with too few samples', { outcome: 'inconclusive', reason: 'too-few-samples' }],
    ['of another window', { window: 'other' }],
    ['of another objective', { objective: 'p99' }],
    ['in another unit', { unit: 's' }],
    ['of another signal', { signal: 'client p99 latency' }],
  ])('a run %s does not count', (_name, rest) => {
    const earlier = runs(usual, (place) => (place === 3 ? rest : {}));
    expect(compare(at(50), earlier)).toMatchObject({
      reason: 'no-baseline',
      explanation: expect.stringContaining('7 of 8'),
    });
  });

  test('a run whose value straddled its limit, or was beyond it, was measured all the same', () => {
    const earlier = runs(usual, (place) =>
      place < 2 ? { outcome: 'fail' } : { outcome: 'inconclusive', reason: 'straddles-limit' },
    );
    expect(compare(at(50), earlier).outcome).toBe('pass');
  });
});

describe('a breach', () => {
  test('is confirmed by a second run, and not before', () => {
    expect(compare(at(80), runs(usual))).toMatchObject({
      outcome: 'inconclusive',
      reason: 'unconfirmed',
      wouldDecide: 'Run again: a second breach confirms it.',
    });
    for (const before of ['inconclusive', 'fail'] as const) {
      const earlier = runs([...usual, 80], undefined, (place) => (place === 8 ? [breach(before)] : []));
      expect(compare(at(80), earlier)).toMatchObject({ outcome: 'fail' });
      expect(compare(at(50), earlier)).toMatchObject({ outcome: 'pass' });
    }
  });

  test('without an upper end is confirmed all the same', () => {
    const endless = { low: 80, high: null };
    const earlier = runs([...usual, endless], undefined, (place) =>
      place === 8 ? [breach('inconclusive')] : [],
    );
    expect(compare(endless, earlier)).toMatchObject({ outcome: 'fail', samples: 8 });
  });

  test('a good run in between starts over', () => {
    const flapping = runs([...usual, 80, 50], undefined, (place) =>
      place === 8 ? [breach('inconclusive')] : [],
    );
    expect(compare(at(80), flapping)).toMatchObject({ outcome: 'inconclusive', reason: 'unconfirmed' });
  });

  test('a run in between that measured nothing does not', () => {
    const earlier = runs(
      [...usual, 80, 50],
      (place) => (place === 9 ? { outcome: 'inconclusive', reason: 'load-invalid' } : {}),
      (place) => (place === 8 ? [breach('inconclusive')] : []),
    );
    expect(compare(at(80), earlier)).toMatchObject({ outcome: 'fail' });
  });

  test('breaches do not teach that slow is normal, however many there are', () => {
    const slow = Array.from({ length: 50 }, () => 80);
    const earlier = runs([...usual, ...slow], undefined, (place) =>
      place >= 8 ? [breach(place === 8 ? 'inconclusive' : 'fail')] : [],
    );
    expect(compare(at(80), earlier)).toMatchObject({
      outcome: 'fail',
      samples: 8,
      explanation: expect.stringContaining('regression.since'),
    });
  });

  test('a level that is meant is declared, and starts a baseline of its own', () => {
    const since = (day: number, regression: Partial<Regression> = {}): Objective => ({
      ...slower,
      regression: { effect: 10, since: `2026-01-${String(day).padStart(2, '0')}`, ...regression },
    });
    const earlier = runs([...usual, 80, 80, 81, 79, 80, 80, 82, 80]);
    expect(compare(at(80), earlier, since(9)).outcome).toBe('pass');
    expect(compare(at(95), earlier, since(9)).reason).toBe('unconfirmed');
    expect(compare(at(80), earlier, since(10))).toMatchObject({
      reason: 'no-baseline',
      explanation: expect.stringContaining('7 of 8 comparable runs so far since 2026-01-10'),
    });
    expect(compare(at(95), runs(usual), since(1, { severity: 'must' })).severity).toBe('must');
  });
});

describe('a run that measured nothing', () => {
  test.each<[Value, Partial<Finding>]>([
    [null, { outcome: 'inconclusive', reason: 'no-samples' }],
    [null, { outcome: 'pass' }],
    [at(50), { outcome: 'inconclusive', reason: 'load-invalid' }],
    [at(50), { outcome: 'inconclusive', reason: 'observer-broke' }],
    [at(50), { outcome: 'inconclusive', reason: 'too-few-samples' }],
  ])('%j %j is never a pass, with or without a baseline', (value, rest) => {
    for (const earlier of [runs(usual), []]) {
      expect(compare(value, earlier, slower, rest)).toMatchObject({
        outcome: 'inconclusive',
        reason: rest.reason ?? 'no-samples',
      });
    }
  });

  test('a doubt keeps a pass away, and does not take a breach back', () => {
    const doubted: Partial<Finding> = { outcome: 'fail', doubt: 'stale' };
    expect(compare(at(50), runs(usual), slower, doubted)).toMatchObject({
      outcome: 'inconclusive',
      reason: 'stale',
    });
    expect(compare(at(80), runs(usual), slower, doubted).reason).toBe('unconfirmed');
  });
});

describe('over random histories', () => {
  const rank = { pass: 0, inconclusive: 1, fail: 2 } as const;

  function history(seed: number) {
    const random = seeded(seed);
    const count = Math.floor(random() * 45);
    const spread = [0, 2, 20][seed % 3] ?? 0;
    const earlier = runs(
      Array.from({ length: count }, () => at(50 + spread * random(), random() < 0.5 ? 0 : 4 * random())),
      () => (random() < 0.1 ? { outcome: 'inconclusive', reason: 'load-invalid' } : {}),
      () => (random() < 0.2 ? [breach(random() < 0.5 ? 'fail' : 'inconclusive')] : []),
    );
    const higher = random() < 0.5;
    const objective = higher ? slower : { ...slower, comparator: '>' as const };
    return { random, earlier, objective, worse: higher ? 1 : -1 };
  }

  test('a worse value is never judged better', () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 400; seed += 1) {
      const { random, earlier, objective, worse } = history(seed);
      let before = 0;
      const width = 3 * random();
      for (let step = 0; step <= 40; step += 1) {
        const finding = compare(at(50 + worse * (step * 3 - 40), width), earlier, objective);
        seen.add(finding.reason ?? finding.outcome);
        expect(rank[finding.outcome], `seed ${seed}, step ${step}`).toBeGreaterThanOrEqual(before);
        before = rank[finding.outcome];
      }
    }
    expect([...seen].sort()).toEqual(['fail', 'no-baseline', 'pass', 'straddles-limit', 'unconfirmed']);
  });

  test('a less certain value never passes where a more certain one did not', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const { random, earlier, objective } = history(seed);
      const middle = 30 + 60 * random();
      const narrow = compare(at(middle, 2), earlier, objective);
      const wide = compare(at(middle, 20), earlier, objective);
      expect(wide.outcome === 'pass' && narrow.outcome !== 'pass', `seed ${seed}`).toBe(false);
    }
  });

  test('the order in which runs were read does not matter, nor that of equal ones', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const { random, earlier, objective } = history(seed);
      const value = at(40 + 60 * random());
      const shuffled = earlier.map((run) => [random(), run] as const).toSorted(([a], [b]) => a - b);
      const expected = compare(value, earlier, objective);
      expect(
        compare(
          value,
          shuffled.map(([, run]) => run),
          objective,
        ),
      ).toEqual(expected);
      const noBreach = earlier.filter((run) => run.findings.length === 1).slice(-30);
      const swapped = noBreach.map((run, place) => ({
        ...run,
        startedAt: noBreach[noBreach.length - 1 - place]?.startedAt ?? run.startedAt,
      }));
      expect(compare(value, swapped, objective)).toEqual(compare(value, noBreach, objective));
    }
  });

  /**
   * Dropping good runs may move the median and so, rightly, change the outcome. What holds whatever is dropped: too
   * few runs never pass, the breaches among them make nothing better, and what is worse than every run there was, by
   * more than their whole range allows, never passes.
   */
  test('dropping earlier runs makes nothing pass that is worse than all of them', () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const { random, earlier, objective, worse } = history(seed);
      const dropped = earlier.filter(() => random() < 0.7);
      const range = 24;
      const beyond = compare(at(50 + worse * (3 * range + 2 * range + 20)), dropped, objective);
      expect(beyond.outcome, `seed ${seed}`).not.toBe('pass');
      const any = compare(at(50), dropped, objective);
      expect(any.samples < 8, `seed ${seed}`).toBe(any.reason === 'no-baseline');
    }
  });

  test('dropping the breaches among them never makes anything pass', () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const { random, earlier, objective } = history(seed);
      const value = at(30 + 90 * random());
      const before = compare(value, earlier, objective);
      const after = compare(
        value,
        earlier.filter((run) => run.findings.length === 1),
        objective,
      );
      expect(before.outcome !== 'pass' && after.outcome === 'pass', `seed ${seed}`).toBe(false);
    }
  });
});
