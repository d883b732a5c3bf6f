import { createCookieJar } from './cookie-jar.ts';
import type { Rows } from './data-set.ts';
import { createNodeClient, withCookies } from './node-client.ts';
import { given } from './given.ts';
import type { HttpRequest } from './http.ts';
import { answerInWords } from './in-words.ts';
import type { JourneyContext } from './journey.ts';
import { openNodeSocket } from './node-socket.ts';
import type { JourneySocket } from './socket.ts';
import { stepsUnderWay } from './steps-under-way.ts';
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

/** A journey's context in Node, and how the journey comes to its end. */
export interface NodeJourney {
  readonly context: JourneyContext;
  /** Whether anything of it may have reached the platform. Where nothing has, it has created nothing. */
  reached(): boolean;
  /**
   * Why a journey whose `run` has returned is no evidence, a sentence each: steps that it did not wait for, or that it
   * took none.
   */
  missed(): Promise<readonly string[]>;
  /** Ends the journey: closes what it left open. Whatever it still does comes to nothing. */
  close(): Promise<void>;
}

/** A journey's context in Node: steps go over the network, and everything that did not hold is kept. */
export function journeyContext(world: JourneyWorld, failures: Failures): NodeJourney {
  const closed = new AbortController();
  const over = AbortSignal.any([world.signal, closed.signal]);
  const steps = stepsUnderWay(over);
  let isEvidence = false;
  const jar = createCookieJar(() => world.clock.wall());
  let reached = false;
  const client = createNodeClient({
    entry: world.entry,
    headers: world.headers,
    timeoutMs: world.timeoutMs,
    now: () => world.clock.now(),
    signal: over,
    connected: () => {
      reached = true;
    },
    jar,
  });
  let pauses = 0;
  const sockets: JourneySocket[] = [];
  const context: JourneyContext = {
    run: world.run,
    id: world.id,
    tenant: world.tenant,
    request: (name, request) =>
      steps.take(name, async () => {
        isEvidence = true;
        const response = await client.request(request);
        const expected = request.expect;
        if (!over.aborted && !isExpected(response.status, expected)) {
          failures.push(
            `${name}: expected ${describe(expected)}, got ${answerInWords(response)} (${line(request)})`,
          );
        }
        return response;
      }),
    check: (name, held) =>
      steps.take(name, async () => {
        isEvidence = true;
        // What is no boolean got past the types: a promise that was not awaited is as true as any object.
        if (held !== true) {
          failures.push(
            `check "${name}" did not hold${held === false ? '' : `: it was given ${kindOf(held)}, and only true holds`}`,
          );
        }
        return held;
      }),
    think: (seconds) =>
      steps.take('a pause', async () => {
        pauses += 1;
        // A journey that asks until something has come about would ask thousands of times a second.
        if (pauses > 1) await world.clock.sleep(seconds * 1000, over);
      }),
    socket: (name, request) =>
      steps.take(name, async () => {
        isEvidence = true;
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
        if (over.aborted) void socket.close();
        else sockets.push(socket);
        return socket;
      }),
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
    async missed() {
      // What nobody waits for may be about to take its next step.
      await new Promise((resolve) => setImmediate(resolve));
      const open = steps.open().map((name) => `${name} was not awaited: how it went is not known`);
      return isEvidence ? open : [...open, 'it asked and checked nothing'];
    },
    async close() {
      closed.abort();
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

function kindOf(value: unknown): string {
  if (value instanceof Promise) return 'a promise that was not awaited';
  return value === undefined || value === null ? String(value) : `a value of type ${typeof value}`;
}

function line(request: HttpRequest): string {
  return `${request.method ?? 'GET'} ${request.path}`;
}
