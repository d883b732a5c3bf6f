import type { RequestListener } from 'node:http';
import { describe, expect, test } from 'vitest';
import { collectReadings } from '../../src/judge/collect.ts';
import { judge } from '../../src/judge/judge.ts';
import type { Objective } from '../../src/objectives/objective.ts';
import { waitForScrapes } from '../../src/prometheus/barrier.ts';
import { createPrometheus } from '../../src/prometheus/client.ts';
import { systemClock } from '../../src/time/system-clock.ts';
import { anchor, observationsOf, windowAt } from '../judge/observations-of.ts';
import { answering, deadHost, failure, formOf, serve, vector } from './scripted-server.ts';

function clientOf(host: string, credentials = '', timeoutMs = 200) {
  return createPrometheus(
    {
      url: `http://${credentials}${host}/base`,
      headers: { 'x-scope-orgid': 'tenant-token-4711' },
      scrapeIntervalSeconds: 1,
      targets: [],
    },
    systemClock,
    { timeoutMs },
  );
}

describe('answers', () => {
  test('NaN and the infinities are kept, also through JSON; warnings are kept', async () => {
    const host = await serve(
      answering(200, vector(['NaN', '+Inf', '-Inf', '1e-3', '5'], { warnings: ['store 2 is down'] })),
    );
    const answer = await clientOf(host).instant('x');
    expect(answer).toEqual({
      ok: true,
      value: {
        warnings: ['store 2 is down'],
        series: ['NaN', '+Inf', '-Inf', 0.001, 5].map((value, index) => ({
          labels: { place: `${index}` },
          samples: [[1500, value]],
        })),
      },
    });
    expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
  });

  test('a partial answer is a warning', async () => {
    const host = await serve(answering(200, vector(['1'], { isPartial: true })));
    const answer = await clientOf(host).instant('x');
    expect(answer.ok && answer.value.warnings).toHaveLength(1);
  });

  test('sends a POST below the base path with its headers, credentials as a header', async () => {
    const seen: unknown[] = [];
    const host = await serve(async (request, response) => {
      const { authorization, 'x-scope-orgid': tenant } = request.headers;
      seen.push([request.method, request.url, authorization, tenant, await formOf(request)]);
      response.end(vector(['1']));
    });
    await clientOf(host, 'me:s%20cret@').rawSamples('x{a="b"}', 1_000_000, 1_010_000);
    expect(seen).toEqual([
      [
        'POST',
        '/base/api/v1/query',
        `Basic ${Buffer.from('me:s cret').toString('base64')}`,
        'tenant-token-4711',
        {
          query: 'x{a="b"}[13000ms]',
          time: '1010.000',
          timeout: '200ms',
          partial_response: 'false',
          max_source_resolution: '0s',
          nocache: '1',
          latency_offset: '1ms',
        },
      ],
    ]);
  });

  test('a connection that breaks is tried again, an answer never is', async () => {
    let asked = 0;
    const host = await serve((request, response) => {
      asked += 1;
      if (asked === 1) request.socket.destroy();
      else response.writeHead(asked === 2 ? 200 : 500).end(vector(['1']));
    });
    expect((await clientOf(host, '', 3000).instant('x')).ok).toBe(true);
    expect(asked).toBe(2);
    expect((await clientOf(host, '', 3000).instant('x')).ok).toBe(false);
    expect(asked).toBe(3);
  });

  test("the caller's signal ends the wait", async () => {
    const host = await serve(() => undefined);
    const controller = new AbortController();
    const asked = clientOf(host, '', 5000).instant('x', undefined, controller.signal);
    controller.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
  });
});

const broken: readonly (readonly [string, RequestListener | 'dead', string])[] = [
  ['dead', 'dead', 'unreachable'],
  ['hung', () => undefined, 'timed-out'],
  [
    'hung in the middle',
    (_request, response) => void response.writeHead(200).write('{"status":'),
    'timed-out',
  ],
  ['answering 500', answering(500, 'oops'), 'refused-query'],
  ['answering 401', answering(401, 'who are you, secret-word?'), 'refused-query'],
  [
    'redirecting',
    (_r, response) => void response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end(),
    'refused-query',
  ],
  ['refusing the query', answering(400, failure('bad_data', 'parse error')), 'refused-query'],
  ['timing out itself', answering(503, failure('timeout', 'query timed out')), 'timed-out'],
  ['answering no JSON', answering(200, '<html>secret-word</html>'), 'malformed'],
  [
    'answering other JSON',
    answering(200, '{"status":"success","data":{"resultType":"vector","result":[{}]}}'),
    'malformed',
  ],
  ['answering no numbers', answering(200, vector(['0x10'])), 'malformed'],
  ['answering nothing', answering(200, ''), 'malformed'],
];

describe.each(broken)('a Prometheus that is %s', (_name, listener, kind) => {
  async function hostOf(): Promise<string> {
    return listener === 'dead' ? deadHost() : serve(listener);
  }

  test(`is ${kind}, in a sentence without credentials`, async () => {
    const host = await hostOf();
    const answer = await clientOf(host, 'user-name:secret-word@').instant('x');
    expect(answer.ok).toBe(false);
    if (answer.ok) return;
    expect(answer.error.kind).toBe(kind);
    expect(answer.error.message).toContain(`Prometheus at ${host}`);
    const basic = Buffer.from('user-name:secret-word').toString('base64');
    for (const secret of ['secret-word', basic, 'tenant-token-4711']) {
      expect(JSON.stringify(answer)).not.toContain(secret);
    }
  });

  test('makes every finding inconclusive', async () => {
    const host = await hostOf();
    const prometheus = clientOf(host);
    const head = { comparator: '<', limit: 1, unit: '1' } as const;
    const objectives: Objective[] = [
      { ...head, signal: { from: 'prometheus', measure: 'ratio', bad: 'b', all: 'a' } },
      {
        ...head,
        signal: { from: 'prometheus', measure: 'latency', quantile: 0.9, histogram: 'h', matchers: '' },
      },
      { ...head, signal: { from: 'prometheus', measure: 'gauge', selector: 'g', take: 'max' } },
      { ...head, signal: { from: 'prometheus', measure: 'present', selector: 'p' } },
    ];
    const assignments = objectives.map((objective, index) => ({
      objectiveName: `o${index}`,
      objective,
      window: 'w',
    }));
    const windows = [windowAt('w', 0, 10_000)];
    const settings = {
      url: `http://${host}`,
      scrapeIntervalSeconds: 1,
      targets: [{ name: 't', selector: 'up', least: 1 }],
    };
    const readings = await collectReadings(prometheus, settings, assignments, windows);
    const findings = judge(observationsOf({ assignments, windows, readings }));
    expect(findings).toHaveLength(4);
    for (const finding of findings) {
      expect(finding).toMatchObject({
        outcome: 'inconclusive',
        reason: kind === 'timed-out' ? 'timed-out' : 'query-failed',
        value: null,
      });
      expect(finding.explanation).toContain(`Prometheus at ${host}`);
    }
    const barrier = await waitForScrapes(prometheus, settings, anchor.wallMs, {
      clock: systemClock,
      deadlineMs: 100,
    });
    expect(barrier.covered).toBe(false);
    expect(barrier.problems).toHaveLength(1);
  });
});

test('an address that is none is refused without being repeated', () => {
  const make = (): unknown =>
    createPrometheus({ url: 'not a url secret-word', scrapeIntervalSeconds: 1, targets: [] }, systemClock);
  expect(make).toThrow(/is no URL/);
  expect(make).not.toThrow(/secret-word/);
});
