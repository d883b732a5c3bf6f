import { expect, it } from 'vitest';
import type { AutoscalerSpec } from '../../src/platform/autoscaler-spec.ts';
import { scalingWords } from '../../src/scenario/scaling-words.ts';

const hpa: AutoscalerSpec = {
  cluster: { context: 'test', uid: '0' },
  namespace: 'shop',
  name: 'hpa',
  replicas: { least: 2, most: 10 },
  targets: [
    { resource: 'cpu', utilization: 70 },
    { pods: 'requests_per_second', average: 100 },
  ],
  source: 'the document',
};
const autoscalers = { hpa };

it.each<[number, readonly string[]]>([
  [200, ['200 requests/s at 100 a pod ask hpa for 2 pods, of 2 to 10: it need not scale up']],
  [201, ['201 requests/s at 100 a pod ask hpa for 3 pods, of 2 to 10']],
  [1000, ['1000 requests/s at 100 a pod ask hpa for 10 pods, of 2 to 10']],
  [1001, ['1001 requests/s at 100 a pod ask hpa for 11 pods, more than it may have: of 2 to 10']],
])('%d requests a second', (rate, words) => {
  expect(scalingWords({ autoscalers }, rate)).toEqual(words);
});

it('asks each of several for what all of it would take', () => {
  const beside = { hpa, 'hpa-b': { ...hpa, name: 'hpa-b' } };
  expect(scalingWords({ autoscalers: beside }, 201)).toEqual([
    '201 requests/s at 100 a pod ask hpa for 3 pods, if all are for its own, of 2 to 10',
    '201 requests/s at 100 a pod ask hpa-b for 3 pods, if all are for its own, of 2 to 10',
  ]);
});

it('says nothing where no rate is known, or nothing goes by requests', () => {
  expect(scalingWords({ autoscalers }, null)).toEqual([]);
  expect(scalingWords({}, 100)).toEqual([]);
  const [cpu] = hpa.targets;
  expect(scalingWords({ autoscalers: { hpa: { ...hpa, targets: [cpu!] } } }, 100)).toEqual([]);
});
