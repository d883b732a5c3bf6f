import type { JourneySocket, SocketRequest } from './socket.ts';
import { openSession, type RawSocket, type SocketWorld } from './socket-session.ts';

/** What a socket of Node needs besides the request. */
export interface NodeSocketSettings {
  readonly entry: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly now: () => number;
}

/** Node's own WebSocket takes headers besides what the standard knows. */
type ConnectSocket = new (
  url: URL,
  options: { readonly protocols: string[]; readonly headers: Readonly<Record<string, string>> },
) => RawSocket;

/** Connects with Node's own WebSocket. `report` is told how connecting and each expectation went. */
export function openNodeSocket(
  settings: NodeSocketSettings,
  request: SocketRequest,
  report: Pick<SocketWorld, 'connected' | 'expected'>,
): Promise<JourneySocket> {
  const url = new URL(request.path, settings.entry);
  url.protocol = url.protocol.replace(/^http/, 'ws');
  const Connect = WebSocket as unknown as ConnectSocket;
  return openSession(
    () =>
      new Connect(url, {
        protocols: [...(request.protocols ?? [])],
        headers: { ...settings.headers, ...request.headers },
      }),
    request.timeoutMs ?? settings.timeoutMs,
    {
      now: settings.now,
      setTimeout: (call, ms) => setTimeout(call, ms),
      clearTimeout: (timer: NodeJS.Timeout) => clearTimeout(timer),
      reason: reasonOf,
      ...report,
    },
  );
}

function reasonOf(event: unknown): string {
  const { error, message } = event as { readonly error?: unknown; readonly message?: string };
  const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  return (
    cause?.code ??
    cause?.message ??
    (error instanceof Error ? error.message : undefined) ??
    message ??
    'failed'
  );
}
