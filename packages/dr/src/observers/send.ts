import type { Clock } from '@ordeal/shared/time/clock';
import type { Connections } from './connections.ts';
import { failureOf, type Failure } from './failure.ts';
import type { FilledRequest } from '@ordeal/shared/platform/template';

/** What came of one request. Monotonic milliseconds. */
export type Sent = { readonly sent: number; readonly completed: number } & (
  | { readonly kind: 'answer'; readonly status: number; readonly body: string }
  | ({ readonly kind: 'none' } & Failure)
);

/**
 * Sends one request and waits for its whole answer; a body that breaks off is no answer. Never rejects.
 *
 * It has timed out when nothing was there although the sender was awake after the deadline: what already lies in
 * the socket's buffer is read first, so that the sender's own stall never makes a good attempt bad.
 */
export async function send(
  connections: Connections,
  request: FilledRequest,
  timeoutMs: number,
  clock: Clock,
): Promise<Sent> {
  const client = connections.take();
  const sent = clock.now();
  const outcome = await new Promise<Omit<Extract<Sent, { kind: 'answer' }>, 'sent'> | NoAnswer>((resolve) => {
    const timer = setTimeout(() => {
      setImmediate(() =>
        resolve({
          kind: 'none',
          completed: clock.now(),
          error: 'timeout',
          detail: `no answer in ${timeoutMs} ms`,
          neverSent: false,
        }),
      );
    }, timeoutMs);
    const settle = (value: Parameters<typeof resolve>[0]): void => {
      clearTimeout(timer);
      resolve(value);
    };
    const { method, path, headers, body } = request;
    client
      .request({ method, path, headers, body })
      .then(async (response) => {
        const text = await response.body.text();
        settle({ kind: 'answer', completed: clock.now(), status: response.statusCode, body: text });
      })
      .catch((error: unknown) => settle({ kind: 'none', completed: clock.now(), ...failureOf(error) }));
  });
  connections.giveBack(client, outcome.kind === 'answer' ? 'usable' : 'broken');
  return { sent, ...outcome };
}

type NoAnswer = Omit<Extract<Sent, { kind: 'none' }>, 'sent'>;

/** Origin for connections, and the prefix that goes before every path. */
export function splitEntry(entry: string): { readonly origin: string; readonly prefix: string } {
  const url = new URL(entry);
  return { origin: url.origin, prefix: url.pathname.replace(/\/+$/, '') };
}
