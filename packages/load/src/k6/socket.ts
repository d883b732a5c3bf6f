import { openSession, type RawSocket, type SocketWorld } from '@ordeal/shared/journey/socket-session';
import type { JourneySocket, SocketRequest } from '@ordeal/shared/journey/socket';
import { clearTimeout, setTimeout } from 'k6/timers';
import { WebSocket } from 'k6/websockets';

/** Connects with k6's WebSocket. Cookies of the iteration go along, as they do in Node. */
export function openK6Socket(
  address: string,
  headers: Readonly<Record<string, string>>,
  { protocols = [] }: SocketRequest,
  settings: { readonly timeoutMs: number; readonly tags: Readonly<Record<string, string>> },
  report: Pick<SocketWorld, 'connected' | 'expected'>,
): Promise<JourneySocket> {
  return openSession(
    () =>
      new WebSocket(address.replace(/^http/i, 'ws'), null, {
        // k6 takes no notice of its own parameter for them.
        headers: {
          ...headers,
          ...(protocols.length === 0 ? {} : { 'Sec-WebSocket-Protocol': protocols.join(', ') }),
        },
        tags: { ...settings.tags },
      }) as unknown as RawSocket,
    settings.timeoutMs,
    {
      now: () => Date.now(),
      setTimeout: (call, ms) => setTimeout(call, ms),
      clearTimeout: (timer: number) => clearTimeout(timer),
      reason: reasonOf,
      ...report,
    },
  );
}

function reasonOf(event: unknown): string {
  const { error, message } = event as { readonly error?: string; readonly message?: string };
  const text = error ?? message ?? String(event);
  if (text.includes('connection refused')) return 'refused';
  if (text.includes('bad handshake')) return 'no WebSocket';
  if (/timeout|deadline/.test(text)) return 'timeout';
  if (/reset/.test(text)) return 'reset';
  return /EOF|close/.test(text) ? 'closed' : 'socket';
}
