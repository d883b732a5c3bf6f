import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Clock } from '@ordeal/shared/time/clock';

export type Health = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** The runner's end of the channel to an observer. */
export interface ObserverProcess<Command, Event> {
  readonly pid: number;
  /**
   * Sends a command and resolves with the next event of one of these types. Rejects when the process ends before,
   * or by its limits.
   */
  ask<T extends EventType<Event>>(
    command: Command,
    types: readonly T[],
    limits?: WaitLimits,
  ): Promise<Extract<Event, { type: T }>>;
  health(): Health;
  /** Closes the channel, which ends the process; kills it when it does not. */
  end(): Promise<void>;
}

/** How long an answer is waited for. Default: for as long as the process lives. */
export interface WaitLimits {
  readonly timeoutMs?: number;
  /** For how long it may give no sign of life meanwhile: one that is frozen lives, and never answers. */
  readonly silentMs?: number;
  /** Ends the waiting, and not what was asked for. */
  readonly signal?: AbortSignal;
}

type EventType<Event> = Event extends { readonly type: infer T } ? T : never;

/** An observer gives a sign of life ten times a second. */
const silentAfterMs = 3000;
const endsWithinMs = 2000;
const stderrKept = 2000;

/** All that an observer always has of one. Name look-ups that hang must not hold up the writing of files. */
export const observerEnvironment = { UV_THREADPOOL_SIZE: '32' };

/**
 * Starts an observer. It gets no environment but whom to trust, for its requests must not depend on it, and a session of its own, so
 * that a Ctrl-C in the terminal reaches the runner alone: the observer goes on until the runner lets it go.
 */
export function startObserverProcess<Command extends object, Event extends { readonly type: string }>(
  program: URL,
  options: {
    readonly name: string;
    readonly node: string;
    /** File of certificates (PEM) that are trusted besides those that Node brings along. */
    readonly certificates?: string | undefined;
    /** Of Node itself. */
    readonly flags?: readonly string[];
    readonly clock: Clock;
    readonly onEvent: (event: Event) => void;
  },
): ObserverProcess<Command, Event> {
  const { name, clock } = options;
  const child = fork(fileURLToPath(program), [], {
    execPath: options.node,
    execArgv: [...(options.flags ?? [])],
    env: {
      ...observerEnvironment,
      ...(options.certificates === undefined ? {} : { NODE_EXTRA_CA_CERTS: options.certificates }),
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    detached: true,
  });
  const waiting = new Set<Waiter<Event>>();
  let lastHeard = clock.now();
  let ended: string | null = null;
  let stderr = '';

  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-stderrKept);
  });
  const noticeEnd = (how: string): void => {
    ended ??= `the ${name} ended although it should not: ${how}${stderr === '' ? '' : `: ${stderr.trim()}`}`;
    for (const one of waiting) one.reject(new Error(ended));
    waiting.clear();
  };
  child.on('error', (error) => noticeEnd(error.message));
  // `close` comes after `exit`, when what it wrote to stderr has arrived.
  child.on('close', (code, signal) => noticeEnd(signal === null ? `exit code ${code}` : `signal ${signal}`));
  child.on('message', (message) => {
    const event = message as Event;
    lastHeard = clock.now();
    options.onEvent(event);
    for (const one of waiting) {
      if (!one.types.includes(event.type)) continue;
      waiting.delete(one);
      one.resolve(event);
    }
  });

  return {
    pid: child.pid ?? 0,
    ask: (command, types, { timeoutMs, silentMs, signal } = {}) =>
      new Promise((resolve, reject) => {
        if (ended !== null) {
          reject(new Error(ended));
          return;
        }
        signal?.throwIfAborted();
        const giveUp = (reason: Error): void => {
          waiting.delete(one);
          one.reject(reason);
        };
        const timer =
          timeoutMs === undefined
            ? undefined
            : setTimeout(
                () =>
                  giveUp(new Error(`the ${name} did not say ${types.join(' or ')} within ${timeoutMs} ms`)),
                timeoutMs,
              );
        const asked = clock.now();
        const watch =
          silentMs === undefined
            ? undefined
            : setInterval(() => {
                const silent = clock.now() - Math.max(asked, lastHeard);
                if (silent > silentMs) {
                  giveUp(new Error(`the ${name} has been silent for ${Math.round(silent)} ms`));
                }
              }, silentMs / 10);
        const abort = (): void => giveUp(signal?.reason as Error);
        signal?.addEventListener('abort', abort, { once: true });
        const over = (): void => {
          clearTimeout(timer);
          clearInterval(watch);
          signal?.removeEventListener('abort', abort);
        };
        const one: Waiter<Event> = {
          types,
          resolve: (event) => {
            over();
            // `types` was looked at before this is called.
            resolve(event as Extract<Event, { type: (typeof types)[number] }>);
          },
          reject: (reason) => {
            over();
            reject(reason);
          },
        };
        waiting.add(one);
        // A channel that is closed means that the process is ending: `close` says how.
        child.send(command, () => undefined);
      }),
    health: () => {
      if (ended !== null) return { ok: false, reason: ended };
      const silentMs = clock.now() - lastHeard;
      return silentMs <= silentAfterMs
        ? { ok: true }
        : { ok: false, reason: `the ${name} has been silent for ${Math.round(silentMs)} ms` };
    },
    end: () => endChild(child),
  };
}

interface Waiter<Event> {
  readonly types: readonly string[];
  readonly resolve: (event: Event) => void;
  readonly reject: (reason: Error) => void;
}

async function endChild(child: ChildProcess): Promise<void> {
  // A process that could not be started has no exit to wait for.
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), endsWithinMs);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    if (child.connected) child.disconnect();
  });
}
