import { describe, expect, test } from 'vitest';
import { needsOf } from '../../src/judge/needs.ts';
import type { AlertRule } from '../../src/prometheus/alert-rules.ts';
import { rulesMatching } from '../../src/prometheus/alerts.ts';
import type { RawSeries } from '../../src/prometheus/reading.ts';
import { anchor, seeded, windowAt } from './observations-of.ts';
import { each, findingOn, observed, WINDOW } from './prometheus-observed.ts';
import { judge } from '../../src/judge/judge.ts';

const ALERTS = 'ALERTS{alertstate="firing",severity="critical"}';
const rule: AlertRule = {
  name: 'Errors',
  labels: { severity: 'critical' },
  health: 'ok',
  lastError: '',
  lastEvaluation: anchor.wallMs + 12_000,
  forSeconds: 0,
};

/** An alert that has a sample at each evaluation while it fires. */
const alert = (
  fires: (second: number) => boolean,
  more: Record<string, string> = {},
  from = -3,
): RawSeries => ({
  ...each({}, (at) => (fires(at) ? 1 : undefined), from),
  labels: { __name__: 'ALERTS', alertname: 'Errors', alertstate: 'firing', severity: 'critical', ...more },
});

const during = (from: number, to: number) => (at: number) => at >= from && at < to;
const fired = {
  signal: { from: 'prometheus', measure: 'alerts-fired', alerts: 'severity="critical"' },
  comparator: '<=',
  limit: 0,
  unit: 'alerts',
} as const;
const judged = (series: readonly RawSeries[], rules: readonly AlertRule[] = [rule]) =>
  findingOn(fired, { series: { [ALERTS]: series }, rules });

describe('alerts that began to fire', () => {
  test('none, with a rule that was evaluated to the end, is a pass', () => {
    expect(judged([])).toMatchObject({ outcome: 'pass', value: { low: 0, high: 0 }, samples: 1 });
  });

  test('are counted by their labels', () => {
    const finding = judged([alert(during(3, 6)), alert(during(9, 12), { region: 'b' })]);
    expect(finding).toMatchObject({ outcome: 'fail', value: { low: 2, high: 2 } });
    expect(finding.explanation).toContain('Errors{severity="critical", region="b"}');
  });

  test('do not include those that fired before, which is said', () => {
    const finding = judged([alert(during(-3, 99))]);
    expect(finding.outcome).toBe('pass');
    expect(finding.explanation).toContain(
      'Fired before already, and not counted: Errors{severity="critical"}.',
    );
    // Once is enough to have fired before; what lies after the window does not count.
    expect(judged([alert(during(-1, 2))]).outcome).toBe('pass');
    expect(judged([alert(during(11, 99))]).outcome).toBe('pass');
  });

  test('those that fired before, stopped, and fired again may be new or not', () => {
    expect(judged([alert((at) => at < 1 || at >= 6)])).toMatchObject({
      outcome: 'inconclusive',
      reason: 'straddles-limit',
      value: { low: 0, high: 1 },
    });
    // A single evaluation that is missing is none.
    expect(judged([alert((at) => at !== 4)]).outcome).toBe('pass');
  });

  test('one that the server held for ended is new when it fires again, and one that it held for firing may not be', () => {
    const again = alert((at) => at < -1 || at >= 6);
    const at = (held: readonly RawSeries[]) =>
      findingOn(fired, { series: { [ALERTS]: [again] }, held, rules: [rule] });
    expect(at([])).toMatchObject({ outcome: 'fail', value: { low: 1, high: 1 } });
    expect(at([again])).toMatchObject({ outcome: 'inconclusive', value: { low: 0, high: 1 } });
    // What it held for ended has to have ended before that, and not to have begun again by then.
    expect(at([{ ...again, labels: { ...again.labels, region: 'b' } }]).outcome).toBe('fail');
    const pausedLater = alert((second) => second < 3 || second >= 8);
    expect(findingOn(fired, { series: { [ALERTS]: [pausedLater] }, held: [], rules: [rule] }).outcome).toBe(
      'inconclusive',
    );
  });

  test('an alert that fired minutes ago, with rules that are rarely evaluated, fired before', () => {
    const rare = alert((at) => at % 60 === 0, {}, -180);
    expect(judged([rare]).outcome).toBe('pass');
    expect(judged([{ ...rare, samples: rare.samples.filter(([at]) => at > anchor.wallMs) }]).outcome).toBe(
      'fail',
    );
  });

  test('what fired before is read from so far back that rules which are rarely evaluated are seen', () => {
    const [alerts] = needsOf(fired.signal, 1000);
    expect(alerts).toMatchObject({ kind: 'samples', selector: ALERTS, leadMs: 300_000 });
  });

  test.each<[string, readonly AlertRule[], string, string]>([
    ['no rule', [], 'no-samples', 'No alert rule matches {severity="critical"}'],
    ['only another rule', [{ ...rule, labels: { severity: 'page' } }], 'no-samples', 'No alert rule matches'],
    [
      'a rule that fails',
      [{ ...rule, health: 'err', lastError: 'parse error' }],
      'query-failed',
      'Errors (parse error)',
    ],
    ['a rule of unknown health', [{ ...rule, health: 'unknown' }], 'query-failed', 'Errors (unknown)'],
    [
      'one sick rule beside a healthy one',
      [rule, { ...rule, name: 'Lag', health: 'err', lastError: 'x' }],
      'query-failed',
      'Lag (x)',
    ],
    ['a rule that was never evaluated', [{ ...rule, lastEvaluation: null }], 'stale', 'Errors (never)'],
    [
      'a rule that was evaluated too early',
      [{ ...rule, lastEvaluation: anchor.wallMs + 8_000 }],
      'stale',
      'Errors (2.0 s before',
    ],
    [
      'a rule that was evaluated too early for its own interval',
      [{ ...rule, everySeconds: 3, lastEvaluation: anchor.wallMs + 6_000 }],
      'stale',
      'Errors (4.0 s before',
    ],
    [
      'a rule that is evaluated so rarely that it was not within the window at all',
      [{ ...rule, everySeconds: 60, lastEvaluation: anchor.wallMs - 1_000 }],
      'stale',
      'Errors (11.0 s before',
    ],
  ])('the silence of %s proves nothing', (_name, rules, reason, says) => {
    const finding = judged([], rules);
    expect(finding).toMatchObject({ outcome: 'inconclusive', reason });
    expect(finding.explanation).toContain(says);
    expect(judged([alert(during(3, 6))], rules).outcome).toBe('fail');
  });

  test('nor does it prove that an alert which has to fire did not', () => {
    const wanted = { ...fired, comparator: '>=', limit: 2 } as const;
    const one = { [ALERTS]: [alert(during(3, 6))] };
    const all = (rules: readonly AlertRule[], series: Record<string, RawSeries[]>) =>
      findingOn(wanted, { series, rules });
    expect(all([rule], one)).toMatchObject({ outcome: 'fail', value: { low: 1, high: 1 } });
    expect(all([], one)).toMatchObject({ outcome: 'inconclusive', value: { low: 1, high: null } });
    expect(all([], {})).toMatchObject({ outcome: 'inconclusive', reason: 'no-samples' });
  });

  test('a rule that is evaluated more rarely than anything is scraped was heard by its own interval', () => {
    const rare = { ...rule, everySeconds: 5, lastEvaluation: anchor.wallMs + 6_000 };
    expect(judged([], [rare]).outcome).toBe('pass');
  });

  test('a lost reading of the rules, or of the alerts, is never a pass', () => {
    const all = observed(fired, { series: { [ALERTS]: [] }, rules: [rule] });
    const failed = { ok: false as const, error: { kind: 'unreachable' as const, message: 'it is gone' } };
    for (const lost of ['samples', 'rules'] as const) {
      const without = all.readings.filter(({ kind }) => kind !== lost);
      const broken = all.readings.map((one) => (one.kind === lost ? { ...one, answer: failed } : one));
      for (const readings of [without, broken as typeof without]) {
        expect(judge({ ...all, readings })[0]).toMatchObject({
          outcome: 'inconclusive',
          reason: 'query-failed',
        });
      }
    }
  });
});

describe('alerts that fire at the end of a window', () => {
  const firing = { ...fired, signal: { ...fired.signal, measure: 'alerts-firing' } } as const;
  // The server holds for firing what did so at the last evaluation before the end, at 9.1 s.
  const atTheEnd = (series: readonly RawSeries[], rules: readonly AlertRule[] = [rule]) => {
    const heldAtEnd = series.filter(({ samples }) => samples.some(([at]) => at === anchor.wallMs + 9_100));
    return findingOn(firing, { series: { [ALERTS]: series }, rules, heldAtEnd });
  };

  test('none, with a rule that was evaluated to the end, is a pass, whatever fired before', () => {
    expect(atTheEnd([])).toMatchObject({ outcome: 'pass', value: { low: 0, high: 0 }, samples: 1 });
    expect(atTheEnd([alert(during(-3, 7))]).outcome).toBe('pass');
    expect(atTheEnd([alert(during(10, 99))]).outcome).toBe('pass');
  });

  test('are counted by their labels, those that fired all the time as well', () => {
    const finding = atTheEnd([alert(during(3, 99)), alert(during(-3, 99), { region: 'b' })]);
    expect(finding).toMatchObject({ outcome: 'fail', value: { low: 2, high: 2 } });
    expect(finding.explanation).toContain('Firing: Errors{severity="critical"}');
    const wanted = { ...firing, comparator: '>=', limit: 1 } as const;
    const one = { series: { [ALERTS]: [alert(during(3, 99))] }, rules: [rule] };
    expect(findingOn(wanted, one).outcome).toBe('pass');
    expect(findingOn(wanted, { ...one, series: { [ALERTS]: [] } }).outcome).toBe('fail');
  });

  test('one whose last evaluation is missing may fire or not', () => {
    expect(atTheEnd([alert(during(3, 9))])).toMatchObject({
      outcome: 'inconclusive',
      reason: 'straddles-limit',
      value: { low: 0, high: 1 },
    });
  });

  test('one that nothing was evaluated of for long, and that the server holds for firing, may fire', () => {
    const unheard = alert((at) => at < 6 || at >= 11);
    const given = { series: { [ALERTS]: [unheard] }, rules: [rule] };
    expect(findingOn(firing, { ...given, heldAtEnd: [unheard] })).toMatchObject({
      outcome: 'inconclusive',
      reason: 'straddles-limit',
      value: { low: 0, high: 1 },
    });
    // An evaluation has found that it had ended.
    expect(findingOn(firing, { ...given, heldAtEnd: [] }).outcome).toBe('pass');
  });

  test('one that fires at each evaluation about the end does, whatever is not known of the clock', () => {
    const sight = {
      clockOffsetMs: { low: -5, high: 5 },
      startedAt: { before: anchor.wallMs - 60_000, after: anchor.wallMs - 60_000 },
      gaps: [],
      gone: [],
      version: '3',
    };
    // An evaluation lies at 9.1 s: whether that is before the end is not known.
    const windows = [windowAt('w', 0, 9_100)];
    const at = (series: RawSeries) =>
      findingOn(firing, { series: { [ALERTS]: [series] }, rules: [rule] }, { sight, windows });
    expect(at(alert(during(3, 99)))).toMatchObject({ outcome: 'fail', value: { low: 1, high: 1 } });
    expect(at(alert(during(9, 99)))).toMatchObject({ outcome: 'inconclusive', value: { low: 0, high: 1 } });
    expect(at(alert(during(3, 9)))).toMatchObject({ outcome: 'inconclusive', value: { low: 0, high: 1 } });
    expect(at(alert((second) => second < 8 || second >= 9))).toMatchObject({
      outcome: 'inconclusive',
      value: { low: 0, high: 1 },
    });
  });

  test.each<[string, readonly AlertRule[], string]>([
    ['no rule', [], 'no-samples'],
    ['a rule that fails', [{ ...rule, health: 'err', lastError: 'parse error' }], 'query-failed'],
    ['a rule that was evaluated too early', [{ ...rule, lastEvaluation: anchor.wallMs + 8_000 }], 'stale'],
  ])(
    'the silence of %s proves nothing, neither that none fires nor that one does not',
    (_name, rules, reason) => {
      expect(atTheEnd([], rules)).toMatchObject({ outcome: 'inconclusive', reason });
      const wanted = { ...firing, comparator: '>=', limit: 1 } as const;
      expect(findingOn(wanted, { series: { [ALERTS]: [] }, rules }).outcome).toBe('inconclusive');
      expect(atTheEnd([alert(during(3, 99))], rules).outcome).toBe('fail');
    },
  );

  test('bounds contain the truth, and lost samples accuse nobody', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = seeded(seed);
      const until = 12 * random();
      const series = [alert((at) => at + 0.1 < until)];
      const everySecond = [{ ...rule, everySeconds: 1 }];
      // Samples are at 0.1 s after each second: that at 9.1 is the last evaluation before the end.
      const truth = until > 9.1 ? 1 : 0;
      const { value } = atTheEnd(series, everySecond);
      const hint = `seed ${seed}: ${until} in ${JSON.stringify(value)}`;
      expect(value?.low, hint).toBeLessThanOrEqual(truth);
      expect(value?.high, hint).toBeGreaterThanOrEqual(truth);
      const one = series.map((list) => ({ ...list, samples: list.samples.filter(() => random() < 0.7) }));
      expect(atTheEnd(one, everySecond).outcome === 'fail' && truth === 0, hint).toBe(false);
    }
  });
});

describe('rules that matchers may select', () => {
  const named = (name: string, labels: Record<string, string>): AlertRule => ({ ...rule, name, labels });
  const rules = [
    named('Errors', { severity: 'critical', team: 'a' }),
    named('Lag', { severity: 'page' }),
    named('Dynamic', { severity: '{{ $labels.severity }}' }),
    named('Bare', {}),
  ];
  test.each([
    ['alertname="Errors"', ['Errors']],
    ['alertname=~"Err|Lag"', ['Lag']],
    ['alertname=~"Err.*|Lag"', ['Errors', 'Lag']],
    ['alertname!~"E.*"', ['Lag', 'Dynamic', 'Bare']],
    ['severity="critical"', ['Errors', 'Dynamic', 'Bare']],
    ['severity!="critical"', ['Lag', 'Dynamic', 'Bare']],
    ['severity="critical",team="b"', ['Dynamic', 'Bare']],
    ['alertname=~"(?i:errors)"', ['Errors']],
  ])('%s', (alerts, names) => {
    expect(rulesMatching(rules, alerts).map(({ name }) => name)).toEqual(names);
  });
});

describe('seconds from the fault to an alert', () => {
  const toAlert = (limit: number) =>
    ({
      signal: { from: 'prometheus', measure: 'seconds-to-alert', alerts: 'severity="critical"' },
      comparator: '<=',
      limit,
      unit: 's',
    }) as const;
  const fault = (low: number, high: number, phase = 'w') => ({
    phase,
    instant: { low: anchor.monotonicMs + low, high: anchor.monotonicMs + high },
  });
  const judgedAt = (
    limit: number,
    series: readonly RawSeries[],
    faults = [fault(1900, 2000)],
    rules: readonly AlertRule[] = [rule],
  ) => findingOn(toAlert(limit), { series: { [ALERTS]: series }, rules }, { faults });

  test('runs from the fault to the first sample, and is good to one evaluation', () => {
    // Its first sample is at 6.1 s, the evaluation before at 5.1 s.
    const finding = judgedAt(5, [alert(during(6, 99))]);
    expect(finding.outcome).toBe('pass');
    expect(finding.value?.low).toBeCloseTo(3.1, 9);
    expect(finding.value?.high).toBeCloseTo(4.2, 9);
    expect(judgedAt(4, [alert(during(6, 99))])).toMatchObject({
      outcome: 'inconclusive',
      reason: 'straddles-limit',
    });
    expect(judgedAt(3, [alert(during(6, 99))]).outcome).toBe('fail');
    expect(judgedAt(5, [alert(during(6, 99)), alert(during(4, 5), { region: 'b' })]).value?.high).toBeCloseTo(
      2.2,
      9,
    );
  });

  test('what fired before the fault does not count', () => {
    const finding = judgedAt(5, [alert(during(-3, 99))]);
    expect(finding).toMatchObject({ outcome: 'fail', value: { low: 8, high: null } });
    expect(finding.explanation).toContain('Fired before the fault already');
    expect(judgedAt(5, [alert(during(-3, 99)), alert(during(4, 99), { region: 'b' })]).outcome).toBe('pass');
  });

  test('what had ended before the window, as the server knew, counts when it fires after the fault', () => {
    const again = alert((at) => at < -1 || at >= 5);
    const held = (list: readonly RawSeries[]) =>
      findingOn(
        toAlert(5),
        { series: { [ALERTS]: [again] }, held: list, rules: [rule] },
        { faults: [fault(1900, 2000)] },
      );
    expect(held([])).toMatchObject({ outcome: 'pass' });
    expect(held([again])).toMatchObject({ outcome: 'inconclusive' });
    // It fired at once, after a pause that may have been the observer's, and ended before it fired again.
    const twice = alert((at) => at < 0 || (at >= 3 && at < 5) || at >= 9);
    expect(
      findingOn(
        toAlert(5),
        { series: { [ALERTS]: [twice] }, held: [], rules: [rule] },
        { faults: [fault(-1900, -1800)], windows: [windowAt('w', 6_000, 10_000)] },
      ).outcome,
    ).toBe('inconclusive');
    // Back again before the fault: it is not the fault's.
    const before = alert((at) => at < -1 || at >= 1);
    expect(
      findingOn(
        toAlert(5),
        { series: { [ALERTS]: [before] }, held: [], rules: [rule] },
        { faults: [fault(1900, 2000)] },
      ),
    ).toMatchObject({ outcome: 'fail', value: { low: 8, high: null } });
  });

  test('never is a failure once the limit has passed, and open before', () => {
    expect(judgedAt(5, [])).toMatchObject({ outcome: 'fail', value: { low: 8, high: null } });
    expect(judgedAt(20, [])).toMatchObject({
      outcome: 'inconclusive',
      reason: 'straddles-limit',
      wouldDecide: 'A window that lasts longer than 20 s after the fault would decide it.',
    });
    expect(judgedAt(5, [alert(during(11, 99))]).outcome).toBe('fail');
  });

  test('never is no failure when nobody evaluated the rule', () => {
    expect(judgedAt(5, [], undefined, [])).toMatchObject({ outcome: 'inconclusive', reason: 'no-samples' });
    expect(judgedAt(5, [alert(during(6, 99))], undefined, [])).toMatchObject({
      outcome: 'inconclusive',
      reason: 'no-samples',
    });
  });

  test('without a fault in the phase there is nothing to count from', () => {
    expect(judgedAt(5, [alert(during(6, 99))], [])).toMatchObject({ reason: 'not-run' });
    expect(judgedAt(5, [alert(during(6, 99))], [fault(0, 1, 'another')])).toMatchObject({
      reason: 'not-run',
    });
  });

  test('bounds contain the truth, and lost samples never make it sooner', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = seeded(seed);
      const true0 = 1000 + 3000 * random();
      const faults = [fault(true0 - 300 * random(), true0 + 300 * random())];
      const fires = 0.1 + 14 * random();
      // What is true from `fires` on is noticed at the next evaluation.
      const series = [alert((at) => at + 0.1 >= fires && fires * 1000 > true0)];
      const truth = fires * 1000 > true0 ? Math.ceil(fires - 0.1) + 0.1 - true0 / 1000 : Infinity;
      const { value, outcome } = judgedAt(6, series, faults);
      const hint = `seed ${seed}: ${truth} in ${JSON.stringify(value)}`;
      expect(value?.low, hint).toBeLessThanOrEqual(truth + 1e-3);
      expect(value?.high ?? Infinity, hint).toBeGreaterThanOrEqual(
        Math.min(truth, value?.high === null ? Infinity : truth) - 1e-3,
      );
      expect((outcome === 'pass' && truth > 6) || (outcome === 'fail' && truth <= 6), hint).toBe(false);
      const thinned = series.map((one) => ({ ...one, samples: one.samples.filter(() => random() < 0.4) }));
      const after = judgedAt(6, thinned, faults).outcome;
      expect(outcome !== 'pass' && after === 'pass', hint).toBe(false);
    }
    expect(WINDOW).toBe(10);
  });
});
