import { fillTemplate, fillText } from '@ordeal/shared/platform/template';
import type { SessionProbe } from '@ordeal/shared/platform/probe-spec';
import type { Clock } from '@ordeal/shared/time/clock';
import { setTimeout as delay } from 'node:timers/promises';
import { fetch, WebSocket, type Dispatcher } from 'undici';
import { failureOf } from '../failure.ts';
import { dispatcherOf } from '../name-dispatcher.ts';
import type { SessionDrop } from '../observers.ts';
import type { ProbeConfig, SessionsNews } from '../probe-protocol.ts';
import { splitEntry } from '../send.ts';
import type { Prober } from './prober.ts';
import { variablesOf } from './variables.ts';

/**
 * Users who each keep a WebSocket. One whose socket is cut connects anew at once, and tries again and again, as the
 * user that it was; it is back once the first message is answered. An attempt asks one of them, in turn, and is bad
 * while its user has no connection.
 */
export function sessionsProber(config: ProbeConfig, spec: SessionProbe, clock: Clock): Prober {
  // So many that each has answered, or timed out, when its turn comes again.
  const least = Math.ceil(config.timeoutMs / config.everyMs) + 2;
  const told = dropsToTell();
  const users = Array.from({ length: Math.max(spec.sessions, least) }, (_, index) =>
    keepSession(config, spec, index, clock, told.cut),
  );
  return {
    attempt: async (count) => {
      const user = users[count % users.length]!;
      const sent = clock.now();
      try {
        await user.ask(count);
        return { sent, completed: clock.now(), ok: true, status: 0 };
      } catch (error) {
        const { error: kind, detail } = failureOf(error);
        const word = error instanceof NotConnected ? `rejected: ${error.message}` : kind;
        const trouble = kind === 'observer' ? { trouble: detail } : {};
        return { sent, completed: clock.now(), ok: false, status: 0, error: word, ...trouble };
      }
    },
    sessions: () => ({ kept: users.length, changed: told.take() }),
    closeAll: () => users.forEach((user) => user.leave()),
  };
}

class NotConnected extends Error {}

/** No answer within the time that an attempt has. */
class TooLate extends Error {
  readonly code = 'ETIMEDOUT';
}

/** Takes down that a session was cut. Returns how to take down when it is back. */
type Cut = (drop: Omit<SessionDrop, 'again'>) => (again: number) => void;

/** The drops that have not been told yet, or have changed since. Of those that are over nothing is kept. */
function dropsToTell(): { readonly cut: Cut; take(): SessionsNews['changed'] } {
  let changed = new Map<number, SessionsNews['changed'][number]>();
  let places = 0;
  return {
    cut: (drop) => {
      const place = places;
      places += 1;
      changed.set(place, { ...drop, again: null, place });
      return (again) => changed.set(place, { ...drop, again, place });
    },
    take: () => {
      const taken = [...changed.values()];
      changed = new Map();
      return taken;
    },
  };
}

interface Session {
  /** Rejects with why there was no answer. */
  ask(count: number): Promise<void>;
  leave(): void;
}

interface Connection {
  ask(count: number): Promise<void>;
  /** Resolves with the reason once it is no more, whoever ended it. */
  readonly over: Promise<string>;
  end(reason: string): void;
}

function keepSession(
  config: ProbeConfig,
  spec: SessionProbe,
  index: number,
  clock: Clock,
  cut: Cut,
): Session {
  let isBack: ((again: number) => void) | undefined;
  let wasCut = false;
  const leaving = new AbortController();
  const dispatcher = dispatcherOf(config, spec.keepsName, clock);
  const by: Way = dispatcher === undefined ? {} : { dispatcher };
  let cookies: string | undefined;
  let connection: Connection | undefined;
  let lastAnswer = -Infinity;
  const first = Promise.withResolvers<void>();
  // Nobody may be asking yet.
  first.promise.catch(() => undefined);

  const ask = async (on: Connection, count: number): Promise<void> => {
    await on.ask(count);
    lastAnswer = clock.now();
  };
  const live = async (): Promise<void> => {
    while (!leaving.signal.aborted) {
      const began = clock.now();
      try {
        cookies ??= await logIn(config, spec, index, by, leaving.signal);
        const opened = await connect(config, spec, index, by, cookies);
        await ask(opened, 0).catch((error: unknown) => {
          opened.end('no answer');
          throw error;
        });
        connection = opened;
        isBack?.(lastAnswer);
        isBack = undefined;
        first.resolve();
        const reason = await opened.over;
        connection = undefined;
        if (!leaving.signal.aborted) {
          wasCut = true;
          isBack = cut({ session: index, low: lastAnswer, high: clock.now(), reason });
        }
      } catch {
        // It tries again below.
      }
      // At once, unless that connection was itself begun only now: a platform that cuts each is not flooded.
      await delay(Math.max(0, began + config.everyMs - clock.now()), undefined, {
        signal: leaving.signal,
      }).catch(() => undefined);
    }
  };
  void live();

  return {
    async ask(count) {
      // The first connection is a part of the first attempts, as connecting is of every other probe's.
      if (connection === undefined && !wasCut) await inTime(first.promise, config.timeoutMs);
      if (connection === undefined) throw new NotConnected('the session has no connection');
      const on = connection;
      await ask(on, count).catch((error: unknown) => {
        // Silence is how a client learns that the other side is gone without a word.
        if (error instanceof TooLate) on.end('it does not answer');
        throw error;
      });
    },
    leave() {
      leaving.abort();
      connection?.end('the probe ended');
    },
  };
}

/** By whom a user's connections find the entry; by the system where nothing is said. */
interface Way {
  readonly dispatcher?: Dispatcher;
}

/** The cookies that logging in sets, as a header sends them; none where nobody has to log in. */
async function logIn(
  config: ProbeConfig,
  spec: SessionProbe,
  index: number,
  by: Way,
  signal: AbortSignal,
): Promise<string> {
  if (spec.login === undefined) return '';
  const { origin, prefix } = splitEntry(config.entry);
  const { method, path, headers, body } = fillTemplate(
    spec.login,
    { ...variablesOf(config, spec, 0), id: userOf(config, spec, index) },
    config.headers,
  );
  const response = await fetch(origin + prefix + path, {
    method,
    headers,
    body,
    ...by,
    signal: AbortSignal.any([signal, AbortSignal.timeout(config.timeoutMs)]),
  });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`logging in was answered with ${response.status}`);
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ');
}

function connect(
  config: ProbeConfig,
  spec: SessionProbe,
  index: number,
  by: Way,
  cookies: string,
): Promise<Connection> {
  const { origin, prefix } = splitEntry(config.entry);
  const fill = (text: string, encode: (value: string) => string, count = 0): string =>
    fillText(
      text,
      { ...variablesOf(config, spec, count), id: userOf(config, spec, index) },
      'a probe',
      encode,
    );
  const socket = new WebSocket(origin.replace(/^http/, 'ws') + prefix + fill(spec.path, encodeURIComponent), {
    headers: {
      ...config.headers,
      ...Object.fromEntries(
        Object.entries(spec.headers ?? {}).map(([name, value]) => [name, fill(value, same)]),
      ),
      ...(cookies === '' ? {} : { cookie: cookies }),
    },
    ...by,
  });
  const over = Promise.withResolvers<string>();
  // Answers come in the order of the questions.
  const waiting: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  const end = (reason: string, error: Error = new NotConnected(reason)): void => {
    over.resolve(reason);
    for (const one of waiting.splice(0)) one.reject(error);
    socket.close();
  };
  const expected = fill(spec.expect, same);
  socket.addEventListener('message', ({ data }) => {
    if (String(data).includes(expected)) waiting.shift()?.resolve();
  });
  const connection: Connection = {
    over: over.promise,
    end: (reason) => end(reason),
    ask: async (count) => {
      const answer = Promise.withResolvers<void>();
      waiting.push(answer);
      socket.send(fill(spec.send, same, count));
      await inTime(answer.promise, config.timeoutMs);
    },
  };
  const opened = new Promise<Connection>((resolve, reject) => {
    socket.addEventListener('open', () => resolve(connection));
    socket.addEventListener('error', (event) => {
      const { error, message } = event as unknown as { readonly error?: Error; readonly message?: string };
      const why = error ?? new Error(message === undefined || message === '' ? 'it broke' : message);
      reject(why);
      end(why.message, why);
    });
    socket.addEventListener('close', ({ code }) => {
      reject(new NotConnected(`closed with ${code}`));
      end(`closed with ${code}`);
    });
  });
  return inTime(opened, config.timeoutMs).catch((error: unknown) => {
    end('it did not connect in time');
    throw error;
  });
}

async function inTime<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  // What already lies in a socket's buffer is read first: this process's own stall makes nothing late.
  const timer = setTimeout(
    () => setImmediate(() => late.reject(new TooLate(`no answer in ${timeoutMs} ms`))),
    timeoutMs,
  );
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
    late.promise.catch(() => undefined);
  }
}

/** The same for all that one user does. */
function userOf({ collection }: ProbeConfig, { name }: SessionProbe, index: number): string {
  return `${collection}-${name}-user-${index}`;
}

function same(value: string): string {
  return value;
}
