import type { JourneySocket } from './socket.ts';

/** The part of a WebSocket that Node and k6 have in common. */
export interface RawSocket {
  addEventListener(
    kind: 'open' | 'message' | 'error' | 'close',
    listener: (event: { readonly data?: unknown }) => void,
  ): void;
  send(data: string): void;
  close(): void;
}

/** What a session is told of the world that it runs in, and whom it tells how it goes. */
export interface SocketWorld {
  readonly now: () => number;
  readonly setTimeout: (call: () => void, ms: number) => unknown;
  readonly clearTimeout: (timer: never) => void;
  /** Why there is no connection, in words, from the event that said so. */
  readonly reason: (event: unknown) => string;
  /** Called once: connected or not, after so many milliseconds. */
  readonly connected: (ms: number, error: string | undefined) => void;
  /** Called for each expectation: the message came or not, after so many milliseconds. */
  readonly expected: (name: string, ms: number, error: string | undefined) => void;
}

interface Waiting {
  readonly match: (text: string) => boolean;
  readonly settle: (text: string | undefined) => void;
}

/**
 * Resolves once the socket is connected, or is known not to be. Written for one thread: nothing here runs in
 * between two lines of itself.
 */
export function openSession(
  connect: () => RawSocket,
  timeoutMs: number,
  world: SocketWorld,
): Promise<JourneySocket> {
  const inbox: string[] = [];
  const closers: (() => void)[] = [];
  let waiting: Waiting | undefined;
  let state: 'connecting' | 'open' | 'closed' = 'connecting';
  let error: string | undefined;

  const take = (text: string): void => {
    if (waiting === undefined) inbox.push(text);
    else if (waiting.match(text)) waiting.settle(text);
  };

  return new Promise((resolve) => {
    const began = world.now();
    let raw: RawSocket | undefined;

    const end = (why: string): void => {
      const before = state;
      if (before === 'closed') return;
      state = 'closed';
      error = why;
      for (const closer of closers.splice(0)) closer();
      waiting?.settle(undefined);
      if (before === 'connecting') settle(why);
    };
    const settle = (failure: string | undefined): void => {
      world.clearTimeout(timer as never);
      world.connected(world.now() - began, failure);
      resolve(session());
    };
    const timer = world.setTimeout(() => {
      if (state !== 'connecting') return;
      end('timeout');
      raw?.close();
    }, timeoutMs);

    const session = (): JourneySocket => ({
      get open() {
        return state === 'open';
      },
      get error() {
        return error as string;
      },
      async send(message) {
        if (state === 'open') raw?.send(typeof message === 'string' ? message : JSON.stringify(message));
      },
      expect(name, options = {}) {
        const match = options.match ?? (() => true);
        const asked = world.now();
        const known = inbox.findIndex((text) => match(text));
        if (known >= 0) {
          const text = inbox[known];
          inbox.splice(0, known + 1);
          world.expected(name, 0, undefined);
          return Promise.resolve(text);
        }
        inbox.length = 0;
        if (state !== 'open') {
          world.expected(name, 0, error ?? 'closed');
          return Promise.resolve(undefined);
        }
        return new Promise((done) => {
          const late = world.setTimeout(() => waiting?.settle(undefined), options.timeoutMs ?? timeoutMs);
          waiting = {
            match,
            settle: (text) => {
              waiting = undefined;
              world.clearTimeout(late as never);
              const why = state === 'open' ? 'timeout' : (error ?? 'closed');
              world.expected(name, world.now() - asked, text === undefined ? why : undefined);
              done(text);
            },
          };
        });
      },
      close() {
        if (state === 'closed') return Promise.resolve();
        return new Promise((done) => {
          // A server that never confirms must not hold up the journey.
          const late = world.setTimeout(() => end('closed'), timeoutMs);
          closers.push(() => {
            world.clearTimeout(late as never);
            done();
          });
          raw?.close();
        });
      },
    });

    try {
      raw = connect();
    } catch (reason) {
      end(world.reason(reason));
      return;
    }
    raw.addEventListener('open', () => {
      if (state !== 'connecting') return;
      state = 'open';
      settle(undefined);
    });
    raw.addEventListener('message', ({ data }) => {
      if (typeof data === 'string') take(data);
    });
    raw.addEventListener('error', (event) => end(world.reason(event)));
    raw.addEventListener('close', () => end('closed'));
  });
}
