import type { HttpRequest, HttpResponse } from '@ordeal/shared/journey/http';
import type { JourneyContext } from '@ordeal/shared/journey/journey';
import { sleep } from 'k6';
import http from 'k6/http';
import { Answer } from './answer.ts';
import { failureKind } from './failure-kind.ts';
import type { Meters } from './meters.ts';
import type { ScriptSpec } from './script-spec.ts';

type Expected = number | readonly number[] | undefined;

/** One run of a journey inside k6: what the journey may use, and how it went. */
export class Iteration implements JourneyContext {
  readonly run: string;
  readonly id: string;
  readonly tenant: string;
  /** Whether a request failed or something did not hold. */
  failed = false;
  private readonly spec: ScriptSpec;
  private readonly meters: Meters;
  private readonly journey: string;
  /** How the latest request stands, so that it counts as failed at most once. */
  private latest: 'none' | 'answered' | 'failed' = 'none';

  constructor(
    spec: ScriptSpec,
    meters: Meters,
    identity: { readonly journey: string; readonly id: string; readonly tenant: string },
  ) {
    this.spec = spec;
    this.meters = meters;
    this.run = spec.run;
    this.journey = identity.journey;
    this.id = identity.id;
    this.tenant = identity.tenant;
  }

  async request(name: string, request: HttpRequest & { readonly expect?: Expected }): Promise<HttpResponse> {
    const hasBody = request.json !== undefined;
    const began = Date.now();
    const response = http.request(
      request.method ?? 'GET',
      addressOf(this.spec, request.path),
      hasBody ? JSON.stringify(request.json) : null,
      {
        headers: {
          ...this.spec.headers,
          ...(this.tenant === '' ? {} : { [this.spec.tenantHeader]: this.tenant }),
          ...(hasBody ? { 'content-type': 'application/json' } : {}),
          ...request.headers,
        },
        timeout: request.timeoutMs ?? this.spec.timeoutMs,
        redirects: 0,
        responseType: 'text',
        responseCallback: expectedStatuses(request.expect),
        tags: { name, journey: this.journey },
      },
    );
    // `blocked` runs until there is a connection, and so holds connecting and the TLS handshake. Of a request
    // without an answer k6 may have timed next to nothing, so its end is taken from the clock.
    const timed = response.timings.blocked + response.timings.duration;
    const latency = response.status === 0 ? Math.max(timed, Date.now() - began) : timed;
    this.meters.request(latency);
    this.latest = 'answered';
    if (response.status === 0) this.failLatest(failureKind(response));
    else if (!isExpected(response.status, request.expect)) this.failLatest(`status ${response.status}`);
    return new Answer(response, latency);
  }

  async check(name: string, held: boolean): Promise<boolean> {
    if (!held) this.failLatest(`check ${name}`);
    return held;
  }

  async think(seconds: number): Promise<void> {
    sleep(seconds);
  }

  /** Fails the iteration, and the request that came before, unless that one has failed already. */
  failLatest(kind: string): void {
    this.failed = true;
    if (this.latest === 'answered') this.meters.requestFailed(kind);
    this.latest = 'failed';
  }
}

function isExpected(status: number, expected: Expected): boolean {
  if (expected === undefined) return status >= 200 && status < 400;
  return typeof expected === 'number' ? status === expected : expected.includes(status);
}

const callbacks = new Map<string, ReturnType<typeof http.expectedStatuses>>();

/** Makes k6's own `expected_response` say the same. */
function expectedStatuses(expected: Expected): ReturnType<typeof http.expectedStatuses> {
  const key = String(expected);
  const known = callbacks.get(key);
  if (known !== undefined) return known;
  const callback =
    expected === undefined
      ? http.expectedStatuses({ min: 200, max: 399 })
      : http.expectedStatuses(...(typeof expected === 'number' ? [expected] : expected));
  callbacks.set(key, callback);
  return callback;
}

/** Resolves a path as `new URL(path, entry)` does in Node; k6 has no URL of its own. */
function addressOf(spec: ScriptSpec, path: string): string {
  const encoded = path.replaceAll(/[^\x21-\x7e]+/g, encodeURIComponent);
  if (/^https?:\/\//i.test(encoded)) return encoded;
  return encoded.startsWith('/') ? spec.origin + encoded : spec.base + encoded;
}
