import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sumIntervals } from '@ordeal/shared/load/window';
import { createForwarder } from '../../src/remote-write/forwarder.ts';
import { startWorkload } from '../../src/start-workload.ts';
import { startPrometheus, type RealPrometheus } from '../../../shared/test/prometheus/real-prometheus.ts';
import { testRun, until, workloadOf, type TestRun } from '../support/run.ts';
import { startServer } from '../support/server.ts';

const runs: TestRun[] = [];
afterEach(() => {
  for (const run of runs.splice(0)) run.clear();
});

function newRun(): TestRun {
  const run = testRun();
  runs.push(run);
  return run;
}

const warnings = ({ events }: TestRun): readonly string[] =>
  events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));

describe('measurements that go on to a real Prometheus', () => {
  let prometheus: RealPrometheus;
  beforeAll(async () => {
    prometheus = await startPrometheus(1000, [], { remoteWrite: true });
  });
  afterAll(() => prometheus.stop());

  const ask = async (query: string): Promise<number> => {
    const answer = await fetch(`${prometheus.url}/api/v1/query?query=${encodeURIComponent(query)}`);
    const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
    return Number(data.result[0]?.value[1]);
  };

  it('are there, by run and workload, as counters and native histograms', async () => {
    const run = newRun();
    const server = await startServer(() => ({}));
    const settings = { ...run.settings, remoteWrite: { url: `${prometheus.url}/api/v1/write` } };
    const load = await startWorkload(workloadOf('one-step', server.url), settings, run.context);
    await until('three intervals are in', () => load.stream.between(0, Infinity).length >= 3);
    const series = '{ordeal_run="r1",ordeal_workload="Test load"}';
    const latencies = await ask(`sum(histogram_count(k6_ordeal_latency${series}))`);
    const { requests } = await load.stop();
    await server.close();
    expect(warnings(run)).toEqual([]);
    // The last push ends the series by a stale marker: what they came to is asked for from before.
    const iterations = await ask(`sum(max_over_time(k6_ordeal_iterations_total${series}[10m]))`);
    expect(iterations).toBe(requests);
    expect(latencies).toBeGreaterThan(0);
  });
});

describe('a server that does not take them', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const one of servers.splice(0)) {
      one.closeAllConnections();
      one.close();
    }
  });

  async function server(
    answer: (serial: number) => number,
    seen: IncomingMessage[] = [],
    bodies: string[] = [],
  ): Promise<string> {
    let serial = 0;
    const listening = createServer((request, response) => {
      seen.push(request);
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        bodies.push(body);
        response.writeHead(answer((serial += 1))).end();
      });
    }).listen(0, '127.0.0.1');
    servers.push(listening);
    await once(listening, 'listening');
    return `http://127.0.0.1:${(listening.address() as AddressInfo).port}/write`;
  }

  it('is asked again when it is away for a moment, in the order of the pushes, and knows who asks', async () => {
    const run = newRun();
    const seen: IncomingMessage[] = [];
    const bodies: string[] = [];
    const url = await server((serial) => (serial === 1 ? 503 : 204), seen, bodies);
    const forwarder = createForwarder(
      { url, auth: { bearer: 'only-for-it' }, tenant: 'load', headers: { 'x-from': 'ordeal' } },
      run.context,
    );
    forwarder.push(Buffer.from('one'));
    forwarder.push(Buffer.from('two'));
    await until('both are there', () => bodies.length >= 3);
    await forwarder.close();
    expect(bodies).toEqual(['one', 'one', 'two']);
    expect(seen.at(-1)?.headers).toMatchObject({
      authorization: 'Bearer only-for-it',
      'x-scope-orgid': 'load',
      'x-from': 'ordeal',
      'content-encoding': 'snappy',
    });
    expect(warnings(run)).toEqual([expect.stringMatching(/answers with status 503$/)]);
  });

  it('that refuses them is told of once, with how many it lacks in the end', async () => {
    const run = newRun();
    const bodies: string[] = [];
    const forwarder = createForwarder({ url: await server(() => 400, [], bodies) }, run.context);
    for (const push of ['one', 'two', 'three']) forwarder.push(Buffer.from(push));
    await until('all were refused', () => bodies.length === 3);
    await forwarder.close();
    expect(warnings(run)).toEqual([
      expect.stringMatching(/answers with status 400$/),
      expect.stringMatching(/^3 of the client's reports did not reach .*hold them all$/),
    ]);
  });

  it('that is not there costs the load nothing, and no password is told', async () => {
    const run = newRun();
    const target = await startServer(() => ({}));
    const remoteWrite = { url: 'http://ordeal:not-for-the-journal@127.0.0.1:9/write' };
    const load = await startWorkload(
      workloadOf('one-step', target.url),
      { ...run.settings, remoteWrite },
      run.context,
    );
    await until('two intervals are in', () => load.stream.between(0, Infinity).length >= 2);
    const record = await load.stop();
    await target.close();
    expect(record).toMatchObject({ requests: target.requests.length, validity: { valid: true } });
    expect(sumIntervals(load.stream.between(-Infinity, Infinity)).requests).toBe(record.requests);
    expect(warnings(run)).toHaveLength(2);
    expect(JSON.stringify(run.events)).not.toContain('not-for-the-journal');
  });
});
