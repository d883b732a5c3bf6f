import { fillText } from '@ordeal/shared/platform/template';
import type { WebSocketProbe } from '@ordeal/shared/platform/probe-spec';
import type { Clock } from '@ordeal/shared/time/clock';
import { WebSocket, type Dispatcher } from 'undici';
import { dispatcherOf } from '../name-dispatcher.ts';
import type { ProbeConfig } from '../probe-protocol.ts';
import { splitEntry } from '../send.ts';
import { lineProber, type Line } from './lines.ts';
import type { Prober } from './prober.ts';
import { variablesOf } from './variables.ts';

/** A message and its answer, over WebSockets below the platform's entry. */
export function webSocketProber(config: ProbeConfig, spec: WebSocketProbe, clock: Clock): Prober {
  const { origin, prefix } = splitEntry(config.entry);
  const dispatcher = dispatcherOf(config, spec.keepsName, clock);
  return lineProber(
    {
      connection: spec.connection,
      timeoutMs: config.timeoutMs,
      clock,
      refusal: (error) => (error instanceof Closed ? error.message : undefined),
    },
    () => openLine(config, spec, origin.replace(/^http/, 'ws') + prefix, dispatcher),
  );
}

/** The other side ended the connection, by its own word. */
class Closed extends Error {}

function openLine(
  config: ProbeConfig,
  spec: WebSocketProbe,
  base: string,
  dispatcher: Dispatcher | undefined,
): Line {
  let socket: WebSocket | undefined;
  let opened: Promise<void> | undefined;
  let waiting: { readonly expected: string; readonly resolve: () => void } | undefined;
  let broken: Error | undefined;
  let fail: (error: Error) => void = () => undefined;

  const connect = (count: number): Promise<void> =>
    new Promise((resolve, reject) => {
      fail = (error) => {
        broken ??= error;
        reject(broken);
        failWaiting(broken);
      };
      const variables = variablesOf(config, spec, count);
      const fill = (text: string, encode: (value: string) => string): string =>
        fillText(text, variables, 'a probe', encode);
      socket = new WebSocket(base + fill(spec.path, encodeURIComponent), {
        headers: {
          ...config.headers,
          ...Object.fromEntries(
            Object.entries(spec.headers ?? {}).map(([name, value]) => [name, fill(value, same)]),
          ),
        },
        ...(dispatcher === undefined ? {} : { dispatcher }),
      });
      socket.addEventListener('open', () => resolve());
      socket.addEventListener('message', ({ data }) => {
        if (waiting !== undefined && String(data).includes(waiting.expected)) waiting.resolve();
      });
      socket.addEventListener('error', (event) => {
        const { error, message } = event as unknown as { readonly error?: Error; readonly message?: string };
        fail(error ?? new Error(message === undefined || message === '' ? 'it broke' : message));
      });
      socket.addEventListener('close', ({ code }) => fail(new Closed(`closed with ${code}`)));
    });
  let failWaiting: (error: Error) => void = () => undefined;

  return {
    ask: async (count) => {
      opened ??= connect(count);
      await opened;
      const variables = variablesOf(config, spec, count);
      await new Promise<void>((resolve, reject) => {
        failWaiting = reject;
        if (broken !== undefined) {
          reject(broken);
          return;
        }
        waiting = { expected: fillText(spec.expect, variables, 'a probe', same), resolve };
        socket?.send(fillText(spec.send, variables, 'a probe', same));
      });
      waiting = undefined;
    },
    close: () => socket?.close(),
    isClosed: () => broken !== undefined,
  };
}

function same(value: string): string {
  return value;
}
