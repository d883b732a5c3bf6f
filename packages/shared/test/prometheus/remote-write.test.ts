import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPrometheus, type RealPrometheus } from './real-prometheus.ts';
import { nativeHistogramOf, remoteWrite, STALE } from './remote-write.ts';

let server: RealPrometheus;
beforeAll(async () => {
  server = await startPrometheus(1000, [], { remoteWrite: true });
});
afterAll(() => server?.stop());

async function ask(query: string, wallMs: number): Promise<unknown> {
  const parameters = new URLSearchParams({ query, time: String(wallMs / 1000) });
  const answer = (await (await fetch(`${server.url}/api/v1/query?${parameters}`)).json()) as {
    data: { result: unknown };
  };
  return answer.data.result;
}

const start = Date.now() - 1_800_000;

test('samples of the past come back with their stamps; after a stale marker there is nothing', async () => {
  const labels = { __name__: 'x_total', job: 'j', instance: 'i' };
  await remoteWrite(server.url, [
    {
      labels,
      samples: [
        [start, 1.5],
        [start + 1000, Number.POSITIVE_INFINITY],
        [start + 2000, Number.NaN],
        [start + 3000, STALE],
      ],
    },
  ]);
  expect(await ask('x_total[1m]', start + 5000)).toEqual([
    {
      metric: labels,
      values: [
        [start / 1000, '1.5'],
        [(start + 1000) / 1000, '+Inf'],
        [(start + 2000) / 1000, 'NaN'],
      ],
    },
  ]);
  expect(await ask('x_total', start + 2500)).toHaveLength(1);
  expect(await ask('x_total', start + 3500)).toEqual([]);
});

test('a native histogram comes back with its buckets', async () => {
  const histogram = nativeHistogramOf(0, [0, 0.3, 0.5, 1.5, 6, 7]);
  const labels = { __name__: 'took', job: 'j' };
  await remoteWrite(server.url, [{ labels, histograms: [[start, histogram]] }]);
  expect(await ask('took[1m]', start + 1000)).toEqual([
    {
      metric: labels,
      histograms: [
        [
          start / 1000,
          {
            count: '6',
            sum: '15.3',
            buckets: [
              [3, '-1e-09', '1e-09', '1'],
              [0, '0.25', '0.5', '2'],
              [0, '1', '2', '1'],
              [0, '4', '8', '2'],
            ],
          },
        ],
      ],
    },
  ]);
});

test('what is refused throws with the reason', async () => {
  const labels = { __name__: 'y' };
  await remoteWrite(server.url, [{ labels, samples: [[start + 5000, 1]] }]);
  await expect(remoteWrite(server.url, [{ labels, samples: [[start, 1]] }])).rejects.toThrow(/out of order/);
});
