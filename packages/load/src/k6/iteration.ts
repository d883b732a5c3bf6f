import { bodyOf } from '@ordeal/shared/journey/body';
import { given } from '@ordeal/shared/journey/given';
import type { HttpRequest, HttpResponse } from '@ordeal/shared/journey/http';
import type { JourneySocket, SocketRequest } from '@ordeal/shared/journey/socket';
import { sleep } from 'k6';
import http, { type Params } from 'k6/http';
import { Answer } from './answer.ts';
import { failureKind } from './failure-kind.ts';
import type { IterationGiven } from './given.ts';
import type { Meters } from './meters.ts';
import type { ScriptSpec } from './script-spec.ts';
import { openK6Socket } from './socket.ts';
import { isExpected, type Expected, type Steps } from './steps.ts';
import type { VirtualUser } from './virtual-user.ts';

/** Which iteration this is. */
export interface Identity {
  readonly journey: string;
  readonly id: string;
  readonly tenant: string;
}

/** A request with what a journey adds to it. */
export interface Step extends HttpRequest {
  readonly expect?: Expected;
  readonly tags?: Readonly<Record<string, string>>;
}

/** What the iterations of a script share. */
export interface Script {
  readonly spec: ScriptSpec;
  readonly meters: Meters;
  readonly supplies: IterationGiven;
  readonly steps: Steps;
  readonly user: VirtualUser;
}

/** One run of a journey inside k6: what it does, and how it went. k6's own calls return when they are done. */
export class Iteration {
  readonly identity: Identity;
  /** Whether a request failed or something did not hold. */
  failed = false;
  readonly script: Script;
  private sockets: JourneySocket[] | undefined;
  /** How the latest request stands, so that it counts as failed at most once. */
  private latest: 'none' | 'answered' | 'failed' = 'none';

  constructor(script: Script, identity: Identity) {
    this.script = script;
    this.identity = identity;
  }

  request(name: string, step: Step): HttpResponse {
    const { spec, meters, steps } = this.script;
    const { journey, tenant } = this.identity;
    const body = bodyOf(step);
    const headers = steps.headers(tenant, body?.contentType);
    const tags = steps.tags(journey, name);
    const began = Date.now();
    const params: Params = {
      headers: step.headers === undefined ? headers : { ...headers, ...step.headers },
      timeout: step.timeoutMs ?? spec.timeoutMs,
      redirects: 0,
      responseType: 'text',
      tags: step.tags === undefined ? tags : { ...step.tags, ...tags },
    };
    // Without one k6 expects what a journey does that says nothing; looking at one has its price.
    if (step.expect !== undefined) params.responseCallback = steps.callback(step.expect);
    const response = http.request(
      step.method ?? 'GET',
      addressOf(spec, step.path),
      body?.content ?? null,
      params as Params & { responseType: 'text' },
    );
    // `blocked` runs until there is a connection, and so holds connecting and the TLS handshake. Of a request
    // without an answer k6 may have timed next to nothing, so its end is taken from the clock.
    const { timings, status } = response;
    const timed = timings.blocked + timings.duration;
    const latency = status === 0 ? Math.max(timed, Date.now() - began) : timed;
    meters.request(latency);
    this.latest = 'answered';
    if (status === 0) this.failLatest(failureKind(response));
    else if (!isExpected(status, step.expect)) this.failLatest(`status ${status}`);
    return new Answer(response, status, latency);
  }

  check(name: string, held: boolean): boolean {
    if (!held) this.failLatest(`check ${name}`);
    return held;
  }

  think(seconds: number): void {
    sleep(seconds);
  }

  /** Connecting is a request like any other; messages are timed apart. */
  async socket(name: string, request: SocketRequest): Promise<JourneySocket> {
    const { spec, meters, steps } = this.script;
    const { journey, tenant } = this.identity;
    const tags = steps.tags(journey, name);
    const socket = await openK6Socket(
      addressOf(spec, request.path),
      { ...steps.headers(tenant, undefined), ...request.headers },
      request,
      { timeoutMs: request.timeoutMs ?? spec.timeoutMs, tags },
      {
        connected: (ms, error) => {
          meters.request(ms);
          this.latest = 'answered';
          if (error !== undefined) this.failLatest(error);
        },
        expected: (message, ms, error) => {
          meters.message(ms, { ...tags, message });
          if (error !== undefined) this.failLatest(`message ${message}`);
        },
      },
    );
    (this.sockets ??= []).push(socket);
    return socket;
  }

  data(name: string): unknown {
    const rows = given('data set', this.script.supplies.data[this.identity.journey] ?? {}, name);
    const { journey } = this.identity;
    const number = this.script.user.iterationInTest();
    if (number >= rows.length) this.script.supplies.saySpent(journey, name, rows.length);
    return rows[number % rows.length];
  }

  secret(name: string): string {
    return given('secret', this.script.supplies.secrets, name);
  }

  cookie(name: string): string | undefined {
    return http.cookieJar().cookiesForURL(this.script.spec.base)[name]?.[0];
  }

  /** Fails the iteration, and the request that came before, unless that one has failed already. */
  failLatest(kind: string): void {
    this.failed = true;
    if (this.latest === 'answered') this.script.meters.requestFailed(kind);
    this.latest = 'failed';
  }

  /** Closes what the journey left open: k6 would wait for it. */
  async close(): Promise<void> {
    for (const socket of this.sockets ?? []) await socket.close();
  }
}

/** Resolves a path as `new URL(path, entry)` does in Node; k6 has no URL of its own. */
function addressOf(spec: ScriptSpec, path: string): string {
  // Most paths need no encoding, and regular expressions are slow in k6's engine.
  const encoded = encodeURI(path) === path ? path : path.replaceAll(/[^\x21-\x7e]+/g, encodeURIComponent);
  if (encoded.startsWith('/')) return spec.origin + encoded;
  return /^(?:http|ws)s?:\/\//i.test(encoded) ? encoded : spec.base + encoded;
}
