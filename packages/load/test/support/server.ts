import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Reply {
  readonly status?: number;
  readonly body?: string;
  /** Milliseconds before the answer; Infinity never answers. */
  readonly after?: number;
  /** Ends the connection without an answer. */
  readonly reset?: boolean;
}

/** A real HTTP server on loopback that counts what it answers. */
export interface TestServer {
  readonly url: string;
  readonly requests: SeenRequest[];
  /** Answers by status; requests that were not answered do not count. */
  readonly answered: Map<number, number>;
  close(): Promise<void>;
}

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  /** `performance.now()` when it arrived. */
  readonly at: number;
}

export async function startServer(
  reply: (serial: number, request: SeenRequest) => Reply,
): Promise<TestServer> {
  const requests: SeenRequest[] = [];
  const answered = new Map<number, number>();
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => {
      const seen: SeenRequest = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        at: performance.now(),
      };
      requests.push(seen);
      const { status = 200, body = '{}', after = 0, reset = false } = reply(requests.length, seen);
      if (reset) {
        request.socket.resetAndDestroy();
        return;
      }
      const answer = () => {
        if (response.destroyed) return;
        answered.set(status, (answered.get(status) ?? 0) + 1);
        response.writeHead(status, { 'content-type': 'application/json' }).end(body);
      };
      if (after === 0) answer();
      else if (Number.isFinite(after)) setTimeout(answer, after);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answered,
    close: () => closeServer(server),
  };
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
