import { bodyOf } from '@ordeal/shared/journey/body';
import { given } from '@ordeal/shared/journey/given';
import type { HttpRequest, HttpResponse } from '@ordeal/shared/journey/http';
import type { JourneySocket, SocketRequest } from '@ordeal/shared/journey/socket';
import { sleep } from 'k6';
import http, { type Params, type RefinedResponse } from 'k6/http';
import { Answer } from './answer.ts';
import { failureKind } from './failure-kind.ts';
import type { IterationGiven } from './given.ts';
import type { Meters } from './meters.ts';
import type { ScriptSpec } from './script-spec.ts';
import { openK6Socket } from './socket.ts';
import { isExpected, type JourneySteps, type StepDetails, type Steps } from './steps.ts';
import type { VirtualUser } from './virtual-user.ts';

/** A request with what a journey adds to it. */
export type Step = HttpRequest & StepDetails;

/** What the iterations of a script share. */
export interface Script {
  readonly spec: ScriptSpec;
  readonly meters: Meters;
  readonly supplies: IterationGiven;
  readonly steps: Steps;
  readonly user: VirtualUser;
}

/** Runs of a journey inside k6, one after the other: what they do, and how they went. */
export interface Iteration {
  /** Begins a run. */
  readonly begin: (journey: string, tenant: string) => void;
  readonly request: (name: string, step: Step) => HttpResponse;
  readonly check: (name: string, held: boolean) => boolean;
  readonly think: (seconds: number) => void;
  /** Connecting is a request like any other; messages are timed apart. */
  readonly socket: (name: string, request: SocketRequest) => Promise<JourneySocket>;
  readonly data: (name: string) => unknown;
  readonly secret: (name: string) => string;
  readonly cookie: (name: string) => string | undefined;
  /** Whether a request failed or something did not hold. */
  readonly hasFailed: () => boolean;
  /** Fails the run, and the request that came before, unless that one has failed already. */
  readonly failLatest: (kind: string) => void;
  /** Closes what the journey left open: k6 would wait for it. */
  readonly close: () => Promise<void>;
}

/**
 * k6's own calls return when they are done. Functions over variables, and no class: k6 comes to each of many virtual
 * users with cold caches, and every object and property that a run looks at costs it as much as dozens of instructions.
 */
export function createIteration({ spec, meters, supplies, steps, user }: Script): Iteration {
  const { origin } = spec;
  // k6's functions need no `this`.
  const send = http.request as (
    method: string,
    url: string,
    body: string | null,
    params: Params,
  ) => TextResponse;
  const measure = meters.request;
  const countsChecks = spec.checks.length > 0;
  let journey = '';
  let tenant = '';
  let params: JourneySteps['params'] | undefined;
  let failed = false;
  let sockets: JourneySocket[] | undefined;
  /** How the latest request stands, so that it counts as failed at most once. */
  let latest: 'none' | 'answered' | 'failed' = 'none';

  const failLatest = (kind: string): void => {
    failed = true;
    if (latest === 'answered') meters.requestFailed(kind);
    latest = 'failed';
  };

  return {
    begin(nextJourney, nextTenant) {
      if (params === undefined || nextJourney !== journey || nextTenant !== tenant) {
        journey = nextJourney;
        tenant = nextTenant;
        ({ params } = steps.of(journey, tenant));
      }
      failed = false;
      latest = 'none';
    },

    request(name, step) {
      params ??= steps.of(journey, tenant).params;
      const { path, expect } = step;
      const body = step.json === undefined && step.form === undefined ? undefined : bodyOf(step);
      const began = Date.now();
      const response = send(
        step.method ?? 'GET',
        // Most paths need no encoding, and begin with a slash.
        path.startsWith('/') && encodeURI(path) === path ? origin + path : addressOf(spec, path),
        body === undefined ? null : body.content,
        params(name, step, body === undefined ? undefined : body.contentType),
      );
      // `blocked` runs until there is a connection, and so holds connecting and the TLS handshake. Of a request
      // without an answer k6 may have timed next to nothing, so its end is taken from the clock.
      const { timings, status } = response;
      const timed = timings.blocked + timings.duration;
      const latency = status === 0 ? Math.max(timed, Date.now() - began) : timed;
      measure(latency);
      latest = 'answered';
      if (status === 0) failLatest(failureKind(response));
      else if (expect === undefined ? status < 200 || status >= 400 : !isExpected(status, expect))
        failLatest(`status ${status}`);
      return new Answer(response, status, latency);
    },

    check(name, held) {
      // What is no boolean got past the types: a promise that was not awaited is as true as any object.
      if (held !== true) failLatest(`check ${name}`);
      if (countsChecks) meters.checked(name, held === true);
      return held;
    },

    think(seconds) {
      sleep(seconds);
    },

    async socket(name, request) {
      const tags = steps.tags(journey, name);
      const socket = await openK6Socket(
        addressOf(spec, request.path),
        { ...steps.headers(tenant, undefined), ...request.headers },
        request,
        { timeoutMs: request.timeoutMs ?? spec.timeoutMs, tags },
        {
          connected: (ms, error) => {
            meters.request(ms);
            latest = 'answered';
            if (error !== undefined) failLatest(error);
          },
          expected: (message, ms, error) => {
            meters.message(ms, { ...tags, message });
            if (error !== undefined) failLatest(`message ${message}`);
          },
        },
      );
      (sockets ??= []).push(socket);
      return socket;
    },

    data(name) {
      const rows = given('data set', supplies.data[journey] ?? {}, name);
      const number = user.iterationInTest();
      if (number >= rows.length) supplies.saySpent(journey, name, rows.length);
      return rows[number % rows.length];
    },

    secret: (name) => given('secret', supplies.secrets, name),
    cookie: (name) => http.cookieJar().cookiesForURL(spec.base)[name]?.[0],
    hasFailed: () => failed,
    failLatest,

    async close() {
      for (const socket of sockets ?? []) await socket.close();
    },
  };
}

type TextResponse = RefinedResponse<'text'>;

/** Resolves a path as `new URL(path, entry)` does in Node; k6 has no URL of its own. */
function addressOf(spec: ScriptSpec, path: string): string {
  // Most paths need no encoding, and regular expressions are slow in k6's engine.
  const encoded = encodeURI(path) === path ? path : path.replaceAll(/[^\x21-\x7e]+/g, encodeURIComponent);
  if (encoded.startsWith('/')) return spec.origin + encoded;
  return /^(?:http|ws)s?:\/\//i.test(encoded) ? encoded : spec.base + encoded;
}
