import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { uncompress } from './snappy.ts';
import { readWriteRequest, type PushedSeries } from './write-request.ts';

/** A push uncompressed may be no longer than this; k6's are some ten thousand bytes. */
const MOST_BYTES = 64 * 1024 * 1024;

/** The small server that k6 talks to while it runs: pushes come in, the word to end goes out. */
export interface Receiver {
  readonly writeUrl: string;
  readonly stopUrl: string;
  /** Resolves when k6 first asks whether to end, which is when its scenarios begin. */
  readonly begun: Promise<void>;
  /** Gives k6 the word to end. */
  release(): void;
  close(): Promise<void>;
}

/**
 * Listens on loopback. `onPush` is called for each push, one after another, with the push as it came; what it throws, and pushes that cannot
 * be read, go to `onError`, and k6 is told so.
 */
export async function startReceiver(
  onPush: (push: readonly PushedSeries[], body: Buffer) => void,
  onError: (error: Error) => void,
): Promise<Receiver> {
  const waiting = new Set<ServerResponse>();
  const begun = Promise.withResolvers<void>();
  let released = false;

  const take = async (request: IncomingMessage, response: ServerResponse) => {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks);
      onPush(readWriteRequest(uncompress(body, MOST_BYTES)), body);
      response.writeHead(204).end();
    } catch (error) {
      onError(new Error('A push of k6 could not be taken in', { cause: error }));
      response.writeHead(400).end();
    }
  };

  const server = createServer((request, response) => {
    if (request.method === 'POST' && request.url === '/write') {
      void take(request, response);
    } else if (request.method === 'GET' && request.url === '/stop') {
      begun.resolve();
      if (released) {
        response.writeHead(204).end();
        return;
      }
      waiting.add(response);
      response.once('close', () => waiting.delete(response));
    } else {
      response.writeHead(404).end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    writeUrl: `${origin}/write`,
    stopUrl: `${origin}/stop`,
    begun: begun.promise,
    release() {
      released = true;
      for (const response of waiting) response.writeHead(204).end();
    },
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
