import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { describe, expect, it, onTestFinished } from 'vitest';
import { arklex } from '../src/api/contracts/arklex/contract.ts';
import { answersOf, readAnswers } from '../src/deploy/replicas.ts';
import { addUp, between, whyBad } from '../src/deploy/verdict.ts';

const none = { count: 0, failed: 0, seconds: 0 };

describe('what a new version answers', () => {
  it('is read from its metrics, health checks aside', () => {
    const text = `# HELP arklex_requests_total Requests answered
arklex_requests_total{method="GET",endpoint="/ready",status="503"} 40
arklex_requests_total{method="POST",endpoint="/api/chat",status="200"} 30
arklex_requests_total{method="POST",endpoint="/api/chat",status="500"} 10
arklex_request_duration_seconds_bucket{le="0.1",method="POST",endpoint="/api/chat"} 39
arklex_request_duration_seconds_sum{method="POST",endpoint="/api/chat"} 2.5
arklex_request_duration_seconds_sum{method="GET",endpoint="/ready"} 9
`;
    expect(readAnswers(text, arklex)).toEqual({ count: 40, failed: 10, seconds: 2.5 });
  });

  it('is asked for again when one look fails: a busy machine is no bad version', async () => {
    let asked = 0;
    const server = createServer((_, response) => {
      asked += 1;
      if (asked === 1) response.destroy();
      else response.end('arklex_requests_total{method="POST",endpoint="/api/chat",status="200"} 7\n');
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await answersOf({ address }, { contract: arklex }, systemClock)).toMatchObject({ count: 7 });
  });

  const old = { count: 400, failed: 2, seconds: 8 };

  it('condemns it for errors and for slowness', () => {
    expect(whyBad({ count: 100, failed: 5, seconds: 10 }, old)).toBeUndefined();
    expect(whyBad({ count: 100, failed: 6, seconds: 10 }, old)).toBe('6 of its 100 answers were errors');
    expect(whyBad({ count: 100, failed: 0, seconds: 30 }, old)).toBe(
      'its 100 answers took 300 ms each, those of the old version 20 ms',
    );
  });

  it('condemns it for nothing that the old one does as well', () => {
    const troubled = { count: 400, failed: 200, seconds: 200 };
    expect(whyBad({ count: 100, failed: 60, seconds: 60 }, troubled)).toBeUndefined();
    expect(whyBad({ count: 100, failed: 0, seconds: 60 }, none)).toBeUndefined();
    expect(whyBad({ count: 100, failed: 60, seconds: 60 }, none)).toBe('60 of its 100 answers were errors');
  });

  it('says nothing of a version by too few answers', () => {
    expect(whyBad({ count: 19, failed: 19, seconds: 99 }, none)).toBeUndefined();
    expect(whyBad(none, none)).toBeUndefined();
  });

  it('counts what has come in between', () => {
    const more = addUp([old, { count: 10, failed: 1, seconds: 2 }]);
    expect(between(old, more)).toEqual({ count: 10, failed: 1, seconds: 2 });
  });
});
