import { describe, expect, test } from 'vitest';
import { decodeReading } from '../../src/prometheus/decode-reading.ts';
import type { Reading } from '../../src/prometheus/reading.ts';
import { parseAnswer } from '../../src/prometheus/sample-blocks.ts';

type Outcome = { readonly reading: Reading } | { readonly message: string };

function outcomeOf(read: () => Reading): Outcome {
  try {
    return { reading: read() };
  } catch (error) {
    // An engine's words for what is no JSON differ with where it stops.
    return { message: error instanceof SyntaxError ? 'no JSON' : (error as Error).message };
  }
}

/** As JSON and sample by sample. */
const slowly = (text: string): Outcome => outcomeOf(() => decodeReading(JSON.parse(text)));
/** Straight from the bytes, where it can be. */
const fast = (text: string): Outcome =>
  outcomeOf(() => {
    const { body, blocks } = parseAnswer(Buffer.from(text));
    return decodeReading(body, blocks);
  });

const series = (values: string, metric = '{"a":"b"}'): string => `{"metric":${metric},"values":${values}}`;
const matrix = (...list: readonly string[]): string =>
  `{"status":"success","data":{"resultType":"matrix","result":[${list.join(',')}]}}`;

/** Numbers from 0 to 1, always the same ones (Park and Miller's generator). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

const VALUES = (
  '0 -0 1 -1 007 12.5 -12.50 0.1 0.30000000000000004 123456789012345 1234567890123456 99999999999999999999 ' +
  '1.7976931348623157e+308 5e-324 1e+06 2.5E-3 NaN +Inf -Inf .5 5. +7 4503599627370497.5 0.000001 123456.789012345'
).split(' ');
const BAD_VALUES = [
  '',
  '-',
  '.',
  '1.2.3',
  'Inf',
  '0x10',
  '1e999',
  ' 1',
  '1 ',
  '\\u0031',
  'x'.repeat(100),
  'é',
];
const STAMPS = ['1700000000', '1700000000.1', '1700000000.12', '1700000000.123', '0', '0.5', '12345678901'];
const BAD_STAMPS = [
  '1700000000.1234',
  '1.7e9',
  '-1',
  '01',
  '1.',
  '.5',
  '"1"',
  '',
  'null',
  '123456789012',
  '1 ',
];

test.each([...VALUES, ...BAD_VALUES])('the value %j is read alike', (value) => {
  const text = matrix(series(`[[1,"${value}"],[2,"3"]]`));
  expect(fast(text)).toEqual(slowly(text));
});

test.each([...STAMPS, ...BAD_STAMPS])('the stamp %j is read alike', (stamp) => {
  const text = matrix(series(`[[${stamp},"1"]]`));
  expect(fast(text)).toEqual(slowly(text));
});

test.each([
  ['empty lists', matrix(series('[]'), series('[]', '{"a":"c"}'))],
  ['stamps that come twice', matrix(series('[[1,"1"],[1,"1"]]'))],
  ['stamps that fall', matrix(series('[[1,"1"],[2,"1"],[1.999,"1"]]'))],
  ['spaces', matrix(series('[[1, "1"]]'), series('[[1,"1" ]]', '{"a":"c"}'))],
  ['a pair of three', matrix(series('[[1,"1",2]]'))],
  ['a value without quotes', matrix(series('[[1,1]]'))],
  ['a comma too many', matrix(series('[[1,"1"],]'))],
  ['a comma too few', matrix(series('[[1,"1"][2,"1"]]'))],
  ['an open end', matrix(series('[[1,"1"]'))],
  ['an end within a sample', '{"data":{"result":[{"metric":{},"values":[[1,"1"],[2,"'],
  ['a good list before a bad one', matrix(series('[[1,"1"]]'), series('[[1,"x"]]', '{"a":"c"}'))],
  ['a bad list before a good one', matrix(series('[[1,"x"]]'), series('[[1,"1"]]', '{"a":"c"}'))],
  ['a label that looks like samples', matrix(series('[[1,"1"]]', '{"a":"\\"values\\":[[1,\\"2\\"]]"}'))],
  ['signs beyond ASCII', matrix(series('[[1,"1"]]', '{"a":"Zürich 東京 🚲"}'))],
])('%s are read alike', (_name, text) => {
  expect(fast(text)).toEqual(slowly(text));
});

test('answers at random are read alike, good ones and bad ones', () => {
  const random = randomOf(20_260_101);
  const oneOf = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? '';
  const outcomes = { reading: 0, message: 0 };
  for (let round = 0; round < 2000; round += 1) {
    const list = Array.from({ length: Math.floor(random() * 4) }, (_, place) => {
      let at = 1_700_000_000_000 + Math.floor(random() * 1000);
      const samples = Array.from({ length: Math.floor(random() * 6) }, () => {
        at += random() < 0.02 ? 0 : 1 + Math.floor(random() * 5000);
        return `[${at / 1000},"${random() < 0.02 ? oneOf(BAD_VALUES) : oneOf(VALUES)}"]`;
      });
      return series(`[${samples.join(',')}]`, `{"place":"${place}"}`);
    });
    const text = matrix(...list);
    const outcome = slowly(text);
    expect(fast(text)).toEqual(outcome);
    outcomes['reading' in outcome ? 'reading' : 'message'] += 1;
  }
  expect(outcomes.reading).toBeGreaterThan(1000);
  expect(outcomes.message).toBeGreaterThan(100);
});

describe('what a server writes in place of samples', () => {
  test.each([
    ['a placeholder of its own', matrix(series('"#0"'))],
    ['a placeholder beside samples', matrix(series('[[1,"1"]]'), series('"#0"', '{"a":"c"}'))],
    ['a placeholder before samples', matrix(series('"#0"'), series('[[1,"1"]]', '{"a":"c"}'))],
    ['samples outside the result', matrix(series('[[1,"1"]]')).replace(/\}$/, ',"values":[[1,"1"]]}')],
    ['samples before the result', matrix(series('[[1,"1"]]')).replace('{', '{"values":[[1,"1"]],')],
  ])('is never taken for samples: %s', (_name, text) => {
    expect(fast(text)).toHaveProperty('message');
  });
});

test('every double is read exactly as it was written', () => {
  const random = randomOf(7);
  const written = Array.from({ length: 5000 }, () => {
    const scale = 10 ** Math.floor(random() * 30 - 12);
    return Number((random() * scale).toPrecision(1 + Math.floor(random() * 17)));
  });
  const text = matrix(series(`[${written.map((value, at) => `[${at},"${value}"]`).join(',')}]`));
  const outcome = fast(text);
  if (!('reading' in outcome)) throw new Error(outcome.message);
  expect(outcome.reading.series[0]?.samples.map(([, value]) => value)).toEqual(written);
});
