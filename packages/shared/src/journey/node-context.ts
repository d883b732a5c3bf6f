import { createCookieJar } from './cookie-jar.ts';
import type { Rows } from './data-set.ts';
import { createNodeClient, withCookies } from './node-client.ts';
import { given } from './given.ts';
import type { HttpRequest } from './http.ts';
import type { JourneyContext } from './journey.ts';
import { openNodeSocket } from './node-socket.ts';
import type { JourneySocket } from './socket.ts';
import type { Clock } from '../time/clock.ts';

/** What went wrong in a journey, one sentence each. */
export type Failures = string[];

/** What a journey in Node is given. */
export interface JourneyWorld {
  readonly run: string;
  readonly id: string;
  readonly tenant: string;
  readonly entry: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly data: Readonly<Record<string, Rows>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** Row of each data set that this iteration has: the number of the iteration, from 0. */
  readonly iteration: number;
}

/** A journey's context in Node, and what becomes of its sockets. */
export interface NodeJourney {
  readonly context: JourneyContext;
  /** Whether anything of it may have reached the platform. Where nothing has, it has created nothing. */
  reached(): boolean;
  /** Closes what the journey left open. */
  close(): Promise<void>;
}

/** A journey's context in Node: steps go over the network, and everything that did not hold is kept. */
export function journeyContext(world: JourneyWorld, failures: Failures): NodeJourney {
  const jar = createCookieJar(() => world.clock.wall());
  let reached = false;
  const client = createNodeClient({
    entry: world.entry,
    headers: world.headers,
    timeoutMs: world.timeoutMs,
    now: () => world.clock.now(),
    signal: world.signal,
    connected: () => {
      reached = true;
    },
    jar,
  });
  const sockets: JourneySocket[] = [];
  const context: JourneyContext = {
    run: world.run,
    id: world.id,
    tenant: world.tenant,
    async request(name, request) {
      const response = await client.request(request);
      const expected = request.expect;
      if (!isExpected(response.status, expected)) {
        failures.push(
          `${name}: expected ${describe(expected)}, got ${answerOf(response)} (${line(request)})`,
        );
      }
      return response;
    },
    async check(name, held) {
      if (!held) failures.push(`check "${name}" did not hold`);
      return held;
    },
    async think() {},
    async socket(name, request) {
      const url = new URL(request.path, world.entry);
      const socket = await openNodeSocket(
        {
          entry: world.entry,
          headers: withCookies(jar, url, { ...world.headers, ...request.headers }),
          timeoutMs: world.timeoutMs,
          now: () => world.clock.now(),
        },
        { ...request, headers: {} },
        {
          connected(_, error) {
            if (error === undefined) reached = true;
            else failures.push(`${name}: expected a connection, got none: ${error} (${request.path})`);
          },
          expected(message, _, error) {
            if (error !== undefined) failures.push(`${message}: expected a message, got none: ${error}`);
          },
        },
      );
      sockets.push(socket);
      return socket;
    },
    data<Row>(name: string) {
      const rows = given('data set', world.data, name);
      return rows[world.iteration % rows.length] as Row;
    },
    secret: (name) => given('secret', world.secrets, name),
    cookie: (name) => jar.for(new URL(world.entry)).find((one) => one.name === name)?.value,
  };
  return {
    context,
    reached: () => reached,
    async close() {
      await Promise.all(sockets.map((socket) => socket.close()));
    },
  };
}

function isExpected(status: number, expected: number | readonly number[] | undefined): boolean {
  if (expected === undefined) return status >= 200 && status < 400;
  return typeof expected === 'number' ? status === expected : expected.includes(status);
}

function describe(expected: number | readonly number[] | undefined): string {
  if (expected === undefined) return 'a status under 400';
  return typeof expected === 'number' ? `status ${expected}` : `one of ${expected.join(', ')}`;
}

function answerOf(response: {
  readonly status: number;
  readonly error?: string;
  readonly text: string;
}): string {
  return response.status === 0 ? `no answer: ${response.error ?? 'unknown'}` : `status ${response.status}`;
}

function line(request: HttpRequest): string {
  return `${request.method ?? 'GET'} ${request.path}`;
}
