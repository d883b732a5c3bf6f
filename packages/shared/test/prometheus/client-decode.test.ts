import { describe, expect, test } from 'vitest';
import { parseAlertRules } from '../../src/prometheus/alert-rules.ts';
import { decodeReading } from '../../src/prometheus/decode-reading.ts';
import { parseClock, parseStartedAt } from '../../src/prometheus/response.ts';

const answer = (resultType: unknown, result: unknown, more = {}): unknown => ({
  status: 'success',
  data: { resultType, result },
  ...more,
});
const matrix = (...values: readonly unknown[]): unknown =>
  answer('matrix', [{ metric: { __name__: 'x' }, values }]);
const histograms = (...list: readonly unknown[]): unknown =>
  answer('matrix', [{ metric: {}, histograms: list }]);
const histogram = (more: Readonly<Record<string, unknown>> = {}): unknown => ({
  count: '3',
  sum: '4.5',
  buckets: [
    [3, '-0.5', '0.5', '1'],
    [0, '1', '2', '2'],
  ],
  ...more,
});

describe('readings', () => {
  test('a scalar is one series without labels', () => {
    expect(decodeReading(answer('scalar', [1.5, '7'])).series).toEqual([
      { labels: {}, samples: [[1500, 7]] },
    ]);
  });

  test('stamps are whole milliseconds, and numbers are read as Go writes them', () => {
    const values = ['0', '-0', '+5', '.5', '5.', '1e+06', '1.5E-7', '-12.25', 'NaN', '+Inf', '-Inf'];
    const { series } = decodeReading(
      matrix(...values.map((text, index) => [1_700_000_000.123 + index, text])),
    );
    expect(series[0]?.samples).toEqual(
      [0, 0, 5, 0.5, 5, 1e6, 1.5e-7, -12.25, 'NaN', '+Inf', '-Inf'].map((value, index) => [
        1_700_000_000_123 + index * 1000,
        value,
      ]),
    );
  });

  test('native histograms are read beside plain samples', () => {
    const both = answer('matrix', [
      {
        metric: {},
        values: [[1, '2']],
        histograms: [
          [2, histogram()],
          [3, histogram({ buckets: undefined })],
        ],
      },
    ]);
    expect(decodeReading(both).series).toEqual([
      {
        labels: {},
        samples: [[1000, 2]],
        histograms: [
          [
            2000,
            {
              count: 3,
              sum: 4.5,
              buckets: [
                [3, -0.5, 0.5, 1],
                [0, 1, 2, 2],
              ],
            },
          ],
          [3000, { count: 3, sum: 4.5, buckets: [] }],
        ],
      },
    ]);
    const one = answer('vector', [{ metric: {}, histogram: [2, histogram()] }]);
    expect(decodeReading(one).series[0]?.histograms).toHaveLength(1);
  });

  test('a reading goes through JSON unchanged', () => {
    const odd = histogram({
      sum: 'NaN',
      buckets: [
        [0, '-Inf', '-0', '1'],
        [0, '2', '+Inf', '2'],
      ],
    });
    const labels = JSON.parse('{"__proto__":"x","constructor":"y"}') as object;
    const reading = decodeReading(
      answer(
        'matrix',
        [
          {
            metric: labels,
            values: [
              [1, '-0'],
              [2, 'NaN'],
            ],
            histograms: [[3, odd]],
          },
        ],
        {
          warnings: ['w'],
          infos: ['i'],
        },
      ),
    );
    expect(reading.infos).toEqual(['i']);
    const copy: unknown = JSON.parse(JSON.stringify(reading));
    expect(copy).toStrictEqual(reading);
    expect(JSON.stringify(copy)).toBe(JSON.stringify(reading));
    expect(JSON.stringify(copy)).toContain('"__proto__":"x"');
  });

  test.each([
    ['null, as Go writes an empty list', null, []],
    ['absent', undefined, []],
  ])('warnings that are %s are none', (_name, warnings, expected) => {
    const reading = decodeReading(answer('vector', [], { warnings, infos: warnings }));
    expect(reading).toEqual({ series: [], warnings: expected });
  });
});

test.each([
  ['nothing', null, 'the answer: expected an object, found null'],
  ['a list', [], 'the answer: expected an object, found an array of 0'],
  ['no status', {}, 'status: expected "success", found nothing'],
  ['no data', { status: 'success' }, 'data: expected an object, found nothing'],
  ['data that is null', { status: 'success', data: null }, 'data: expected an object, found null'],
  [
    'a string',
    answer('string', [1, 'x']),
    'data.resultType: expected "matrix", "vector" or "scalar", found "string"',
  ],
  ['no result', answer('vector', undefined), 'data.result: expected an array, found nothing'],
  ['a result that is null', answer('matrix', null), 'data.result: expected an array, found null'],
  ['a series that is none', answer('matrix', [7]), 'data.result[0]: expected a series, found 7'],
  ['no labels', answer('matrix', [{ values: [] }]), 'data.result[0].metric: expected labels, found nothing'],
  [
    'a label that is a number',
    answer('matrix', [{ metric: { a: 1 }, values: [] }]),
    'data.result[0].metric.a: expected a string, found 1',
  ],
  [
    'neither values nor histograms',
    answer('matrix', [{ metric: {} }]),
    'data.result[0]: expected values or histograms, found an object',
  ],
  [
    'neither a value nor a histogram',
    answer('vector', [{ metric: {} }]),
    'data.result[0]: expected either a value or a histogram, found an object',
  ],
  [
    'both a value and a histogram',
    answer('vector', [{ metric: {}, value: [1, '1'], histogram: [1, histogram()] }]),
    'data.result[0]: expected either a value or a histogram, found an object',
  ],
  [
    'values that are no list',
    answer('matrix', [{ metric: {}, values: {} }]),
    'data.result[0].values: expected an array of samples, found an object',
  ],
  [
    'a sample that is no pair',
    matrix([1, '1'], [2]),
    'data.result[0].values[1]: expected a pair of time stamp and value, found an array of 1',
  ],
  [
    'a stamp that is a string',
    matrix(['1', '1']),
    'data.result[0].values[0][0]: expected a time stamp in seconds, found "1"',
  ],
  [
    'a stamp beyond all time',
    matrix([1e300, '1']),
    'data.result[0].values[0][0]: expected a time stamp in seconds, found 1e+300',
  ],
  [
    'a stamp that comes twice',
    matrix([1, '1'], [1, '1']),
    'data.result[0].values[1][0]: expected a time stamp of its own, found 1',
  ],
  [
    'stamps that fall',
    matrix([2, '1'], [1, '1']),
    'data.result[0].values[1][0]: expected a later time stamp than the one before, found 1',
  ],
  [
    'a value that is a number',
    matrix([1, 1]),
    'data.result[0].values[0][1]: expected a number in a string, found 1',
  ],
  ...[
    '',
    ' ',
    ' 5',
    '5 ',
    '0x10',
    '0b1',
    'Infinity',
    'nan',
    'Inf',
    '1e999',
    '1_000',
    '1,5',
    '--1',
    '5e',
    '.',
    'null',
  ].map(
    (text) =>
      [
        `the value ${JSON.stringify(text)}`,
        matrix([1, text]),
        `data.result[0].values[0][1]: expected a number in a string, found ${JSON.stringify(text)}`,
      ] as const,
  ),
  [
    'a series that comes twice',
    answer('vector', [
      { metric: { a: '1', b: '2' }, value: [1, '1'] },
      { metric: { b: '2', a: '1' }, value: [1, '1'] },
    ]),
    'data.result[1].metric: expected labels that no other series has, found an object',
  ],
  [
    'a histogram that is a number',
    histograms([1, '5']),
    'data.result[0].histograms[0][1]: expected a native histogram, found "5"',
  ],
  [
    'histograms whose stamps fall',
    histograms([2, histogram()], [1, histogram()]),
    'data.result[0].histograms[1][0]: expected a later time stamp than the one before, found 1',
  ],
  [
    'a count that is none',
    histograms([1, histogram({ count: 'NaN' })]),
    'data.result[0].histograms[0][1].count: expected a finite number, found "NaN"',
  ],
  [
    'a sum that is missing',
    histograms([1, histogram({ sum: undefined })]),
    'data.result[0].histograms[0][1].sum: expected a number, found nothing',
  ],
  [
    'buckets that are no list',
    histograms([1, histogram({ buckets: 5 })]),
    'data.result[0].histograms[0][1].buckets: expected an array of buckets, found 5',
  ],
  [
    'a bucket of three',
    histograms([1, histogram({ buckets: [[0, '1', '2']] })]),
    'data.result[0].histograms[0][1].buckets[0]: expected a bucket of rule, two bounds and a count, found an array of 3',
  ],
  [
    'a rule that is not known',
    histograms([1, histogram({ buckets: [[4, '1', '2', '1']] })]),
    'data.result[0].histograms[0][1].buckets[0][0]: expected 0, 1, 2 or 3, found 4',
  ],
  [
    'bounds that fall',
    histograms([1, histogram({ buckets: [[0, '2', '1', '1']] })]),
    'data.result[0].histograms[0][1].buckets[0]: expected bounds that rise, found "2 … 1"',
  ],
  [
    'a bound that is NaN',
    histograms([1, histogram({ buckets: [[0, 'NaN', '1', '1']] })]),
    'data.result[0].histograms[0][1].buckets[0]: expected bounds that rise, found "NaN … 1"',
  ],
  [
    'warnings that are no list',
    answer('vector', [], { warnings: 'w' }),
    'warnings: expected an array of sentences, found "w"',
  ],
  ['infos of numbers', answer('vector', [], { infos: [1] }), 'infos[0]: expected a sentence, found 1'],
  [
    'isPartial in words',
    answer('vector', [], { isPartial: 'yes' }),
    'isPartial: expected true or false, found "yes"',
  ],
] satisfies readonly (readonly [string, unknown, string])[])(
  '%s is refused by its place',
  (_name, body, message) => {
    expect(() => decodeReading(body)).toThrow(new Error(message));
  },
);

test('a hundred thousand samples with one bad one name it', () => {
  const values = Array.from({ length: 100_000 }, (_, index) => [index, index === 77_777 ? 'x' : '1']);
  expect(() => decodeReading(matrix(...values))).toThrow('data.result[0].values[77777][1]');
});

describe('alert rules', () => {
  const rule = (more: Readonly<Record<string, unknown>> = {}): unknown => ({
    state: 'inactive',
    name: 'Down',
    query: 'up == 0',
    duration: 60,
    labels: { severity: 'page' },
    annotations: {},
    alerts: [],
    health: 'ok',
    evaluationTime: 0.001,
    lastEvaluation: '2026-01-02T03:04:05.678901234Z',
    type: 'alerting',
    ...more,
  });
  const rules = (list: readonly unknown[], data = {}, more = {}): unknown => ({
    status: 'success',
    data: { groups: [{ name: 'g', interval: 30, rules: list }], ...data },
    ...more,
  });

  test('are read from all groups', () => {
    expect(parseAlertRules(rules([rule(), rule({ type: 'recording' })]))).toEqual([
      {
        name: 'Down',
        labels: { severity: 'page' },
        health: 'ok',
        lastError: '',
        lastEvaluation: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
        forSeconds: 60,
        everySeconds: 30,
      },
    ]);
  });

  test('are read with what rulers of other makes write', () => {
    const other = rule({
      health: 'nomatch',
      lastEvaluation: '0001-01-01T00:00:00Z',
      labels: undefined,
      lastError: 'boom',
    });
    expect(parseAlertRules(rules([other]))).toMatchObject([
      { health: 'unknown', lastEvaluation: null, labels: {}, lastError: 'boom' },
    ]);
    expect(parseAlertRules(rules([rule({ lastEvaluation: '2026-01-02T03:04:05+02:00' })]))).toMatchObject([
      { lastEvaluation: Date.UTC(2026, 0, 2, 1, 4, 5) },
    ]);
  });

  test.each([
    ['with warnings', rules([rule()], {}, { warnings: ['ruler 2 is down'] }), /not whole: ruler 2/],
    ['with further pages', rules([rule()], { groupNextToken: 'abc' }), /not whole: it has further pages/],
    ['without health', rules([rule({ health: undefined })]), /data\.groups\.0\.rules\.0\.health/],
    ['with a time in words', rules([rule({ lastEvaluation: 'soon' })]), /lastEvaluation: expected a time/],
    ['of a type that is not known', rules([rule({ type: 'other' })]), /data\.groups\.0\.rules\.0/],
    ['without groups', { status: 'success', data: {} }, /data\.groups/],
  ])('%s are refused', (_name, body, message) => {
    expect(() => parseAlertRules(body)).toThrow(message);
  });
});

describe('times', () => {
  const info = (startTime: unknown): unknown => ({ status: 'success', data: { startTime } });

  test('of the start are milliseconds', () => {
    expect(parseStartedAt(info('2026-01-02T03:04:05.678901234Z'))).toBe(Date.UTC(2026, 0, 2, 3, 4, 5, 678));
  });

  test.each([['0001-01-01T00:00:00Z'], ['5'], ['2026-01-02'], ['2026-13-02T03:04:05Z'], [5], [undefined]])(
    'of the start are never %s',
    (text) => {
      expect(() => parseStartedAt(info(text))).toThrow(/data\.startTime/);
    },
  );

  test('of the clock come as a scalar, or as a vector of one', () => {
    expect(parseClock(answer('scalar', [1, '1700000000.123']))).toEqual({
      wallMs: 1_700_000_000_123,
      isVector: false,
    });
    const vector = answer('vector', [{ metric: {}, value: [1, '1700000000.1239'] }]);
    expect(parseClock(vector)).toEqual({ wallMs: 1_700_000_000_123, isVector: true });
  });

  test.each([
    ['NaN', answer('scalar', [1, 'NaN'])],
    ['infinite', answer('scalar', [1, '+Inf'])],
    ['absent', answer('vector', [])],
    ['uncertain', answer('scalar', [1, '1700000000'], { warnings: ['w'] })],
  ])('of the clock are never %s', (_name, body) => {
    expect(() => parseClock(body)).toThrow(/data\.result/);
  });
});
