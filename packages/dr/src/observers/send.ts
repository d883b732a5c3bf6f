import type { FilledRequest } from '@ordeal/shared/platform/template';
import type { Clock } from '@ordeal/shared/time/clock';
import type { Client } from 'undici';
import type { Connections } from './connections.ts';
import { failureOf, timedOut, type Failure } from './failure.ts';
import { firstWord } from './first-word.ts';

/** What came of one request. Monotonic milliseconds. */
export type Sent = { readonly sent: number; readonly completed: number } & (
  | { readonly kind: 'answer'; readonly status: number; readonly body: string }
  | ({ readonly kind: 'none' } & Failure)
);

type Word = { readonly completed: number } & (
  | { readonly kind: 'answer'; readonly status: number; readonly body: string }
  | ({ readonly kind: 'none' } & Failure)
);

/** Sends one request and waits for its whole answer; a body that breaks off is no answer. Never rejects. */
export async function send(
  connections: Connections,
  request: FilledRequest,
  timeoutMs: number,
  clock: Clock,
): Promise<Sent> {
  const client = connections.take();
  const sent = clock.now();
  const word = await firstWord<Word>(
    timeoutMs,
    () => ({ kind: 'none', completed: clock.now(), ...timedOut(timeoutMs) }),
    (say) => exchange(client, request, clock, say),
  );
  connections.giveBack(client, word.kind === 'answer' ? 'usable' : 'broken');
  return { sent, ...word };
}

/** Through the client's lowest door: many probes a second pay for every layer above it. */
function exchange(client: Client, request: FilledRequest, clock: Clock, say: (word: Word) => void): void {
  let status = 0;
  const parts: Buffer[] = [];
  client.dispatch(
    { method: request.method, path: request.path, headers: request.headers, body: request.body },
    {
      onRequestStart: () => undefined,
      onResponseStart: (_, code) => {
        status = code;
      },
      onResponseData: (_, part) => {
        parts.push(part);
      },
      onResponseEnd: () =>
        say({ kind: 'answer', completed: clock.now(), status, body: Buffer.concat(parts).toString('utf8') }),
      onResponseError: (_, error) => say({ kind: 'none', completed: clock.now(), ...failureOf(error) }),
    },
  );
}

/** Origin for connections, and the prefix that goes before every path. */
export function splitEntry(entry: string): { readonly origin: string; readonly prefix: string } {
  const url = new URL(entry);
  return { origin: url.origin, prefix: url.pathname.replace(/\/+$/, '') };
}
