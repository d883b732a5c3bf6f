import { once } from 'node:events';
import { createServer } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uncompress } from '../../src/remote-write/snappy.ts';
import { describe, expect, it } from 'vitest';
import { startK6 } from '../../src/process/k6-process.ts';
import { askK6 } from '../../src/process/k6-version.ts';
import {
  readWriteRequest,
  type PushedHistogram,
  type PushedSeries,
} from '../../src/remote-write/write-request.ts';
import { k6Programs } from '../support/k6-programs.ts';
import { encodeWriteRequest } from '../support/write-request-encoder.ts';

/** Every push that k6 makes while it runs a script. */
async function pushesOf(program: string, script: string): Promise<Uint8Array[]> {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-push-'));
  const pushes: Uint8Array[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    pushes.push(uncompress(Buffer.concat(chunks), 1e6));
    response.writeHead(204).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/write`;
  const k6 = await startK6({
    k6: program,
    dialect: await askK6(program),
    script,
    writeUrl: url,
    dir,
    secrets: {},
    onWarning: () => {},
  });
  expect(await k6.exited).toEqual({ code: 0, signal: null });
  server.close();
  rmSync(dir, { recursive: true, force: true });
  return pushes;
}

describe("k6's own pushes", () => {
  it.each(Object.values(k6Programs()))(
    'are read whole: counters, gauges and native histograms, up to the stale markers (%s)',
    async (program) => {
      const pushes = await pushesOf(
        program,
        `
      import { Counter, Gauge, Trend } from 'k6/metrics';
      const counter = new Counter('my_counter');
      const gauge = new Gauge('my_gauge');
      const trend = new Trend('my_trend');
      export const options = { vus: 1, iterations: 100, systemTags: ['name'] };
      export default function () {
        counter.add(2, { kind: 'ä b' });
        gauge.add(-1.5);
        trend.add(__ITER === 0 ? 0 : __ITER === 99 ? 1e6 : 2 ** (__ITER % 10));
      }
    `,
      );
      const read = pushes.map(readWriteRequest);
      const series = read.flat();
      const counter = series.find(({ name }) => name === 'k6_my_counter_total');
      expect(counter?.labels).toMatchObject({ kind: 'ä b' });
      expect(counter?.samples[0]?.value).toBe(200);
      expect(Math.abs((counter?.samples[0]?.timestamp ?? 0) - Date.now())).toBeLessThan(60_000);
      expect(series.find(({ name }) => name === 'k6_my_gauge')?.samples[0]?.value).toBe(-1.5);
      const histogram = series.find(({ name }) => name === 'k6_my_trend')?.histograms[0];
      expect(histogram).toMatchObject({ schema: 3, count: 100, zero: 1 });
      const buckets = histogram?.buckets ?? [];
      // Bucket 8·n ends at 2^n, and a bucket's upper end belongs to it.
      expect(buckets[0]).toEqual([0, 9]);
      expect(buckets.slice(1, 10).map(([index]) => index)).toEqual([8, 16, 24, 32, 40, 48, 56, 64, 72]);
      expect(buckets.at(-1)).toEqual([Math.ceil(Math.log2(1e6) * 8), 1]);
      expect(buckets.reduce((sum, [, count]) => sum + count, 0)).toBe(99);
      const stale = read.at(-1) ?? [];
      expect(stale.every(({ samples }) => Number.isNaN(samples[0]?.value))).toBe(true);
      expect(stale.find(({ name }) => name === 'k6_my_trend')?.histograms[0]).toEqual(histogram);
      for (const push of read) expect(readWriteRequest(encodeWriteRequest(push))).toEqual(push);
    },
  );
});

describe('readWriteRequest', () => {
  it('undoes encoding, for any series', () => {
    let state = 7;
    const random = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const histogram = (): PushedHistogram => {
      const buckets: [number, number][] = [];
      let index = random(200) - 100;
      for (let at = random(30); at > 0; at -= 1) {
        buckets.push([index, 1 + random(1e6)]);
        index += 1 + (random(3) === 0 ? random(50) : 0);
      }
      return {
        timestamp: 1.8e12 + random(1e9),
        schema: random(12) - 4,
        count: random(2 ** 31) * 1000,
        sum: random(1e9) / 1000,
        zero: random(10),
        buckets,
      };
    };
    for (let round = 0; round < 300; round += 1) {
      const push: PushedSeries[] = Array.from({ length: random(8) }, (_, at) => ({
        name: `series_${at}`,
        labels: Object.fromEntries(
          Array.from({ length: random(4) }, (_unused, label) => [`l${label}`, `v ${random(99)} ü`]),
        ),
        samples: Array.from({ length: random(3) }, () => ({
          value: random(5) === 0 ? Number.NaN : (random(2 ** 31) - 2 ** 30) / 7,
          timestamp: 1.8e12 + random(1e9),
        })),
        histograms: Array.from({ length: random(3) }, histogram),
      }));
      expect(readWriteRequest(encodeWriteRequest(push))).toEqual(push);
    }
  });

  it('refuses a histogram whose counts do not fit its spans', () => {
    const good = encodeWriteRequest([
      {
        name: 'h',
        labels: {},
        samples: [],
        histograms: [
          {
            timestamp: 1,
            schema: 3,
            count: 3,
            sum: 1,
            zero: 0,
            buckets: [
              [1, 1],
              [2, 2],
            ],
          },
        ],
      },
    ]);
    // The span is (tag 11, 4 bytes: offset +1, length 2): announce three buckets, then one.
    const at = Buffer.from(good).indexOf(Buffer.from([0x5a, 4, 8, 2, 16, 2]));
    expect(at).toBeGreaterThan(0);
    for (const [length, message] of [
      [3, 'fewer'],
      [1, 'more'],
    ] as const) {
      const bad = Uint8Array.from(good);
      bad[at + 5] = length;
      expect(() => readWriteRequest(bad)).toThrow(message);
    }
  });
});
