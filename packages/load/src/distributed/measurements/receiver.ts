import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { uncompress } from '../../remote-write/snappy.ts';
import { readWriteRequest, type PushedSeries } from '../../remote-write/write-request.ts';

/** A push may be no longer than this, as it came and uncompressed; k6's are some ten thousand bytes. */
const MOST_BYTES = 64 * 1024 * 1024;
/** What stands between a pod and this machine may end a connection on which nothing moves for a minute. */
const SIGN_OF_LIFE_MS = 15_000;

/** The server that the runners talk to: pushes come in, the word to end goes out. */
export interface RunnerReceiver {
  /** Port that it listens on. */
  readonly port: number;
  /** Addresses as the runners have them. Whoever knows them may push: they hold a secret of this load alone. */
  readonly writeUrl: string;
  readonly stopUrl: string;
  /** Gives every runner the word to end. */
  release(): void;
  close(): Promise<void>;
}

export interface ReceiverSettings {
  readonly host: string;
  readonly port: number;
  /** How the runners reach it. */
  readonly url: string;
}

/**
 * Listens. `onPush` is called for each push, one after another, with the push as it came; what it throws, and pushes that cannot be read, go to
 * `onError`, and k6 is told so. Rejects when the port is taken.
 */
export async function startRunnerReceiver(
  settings: ReceiverSettings,
  onPush: (push: readonly PushedSeries[], body: Buffer) => void,
  onError: (error: Error) => void,
): Promise<RunnerReceiver> {
  const secret = randomBytes(16).toString('hex');
  const waiting = new Map<ServerResponse, NodeJS.Timeout>();
  let released = false;

  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const body = await bodyOf(request);
      onPush(readWriteRequest(uncompress(body, MOST_BYTES)), body);
      response.writeHead(204).end();
    } catch (error) {
      onError(new Error('A push of a runner could not be taken in', { cause: error }));
      response.writeHead(400).end();
    }
  };
  const end = (response: ServerResponse): void => {
    clearInterval(waiting.get(response));
    waiting.delete(response);
    response.end();
  };

  const server = createServer((request, response) => {
    const [, given = '', what] = (request.url ?? '').split('/').slice(-3);
    if (!same(given, secret)) {
      response.writeHead(404).end();
    } else if (request.method === 'POST' && what === 'write') {
      void take(request, response);
    } else if (request.method === 'GET' && what === 'stop') {
      response.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-store' });
      if (released) {
        response.end();
        return;
      }
      response.write(' ');
      waiting.set(
        response,
        setInterval(() => response.write(' '), SIGN_OF_LIFE_MS),
      );
      response.once('close', () => end(response));
    } else {
      response.writeHead(404).end();
    }
  });
  server.listen(settings.port, settings.host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new Error(
      `The runners' measurements cannot be received on ${settings.host}:${settings.port}: ${(error as Error).message}`,
      { cause: error },
    );
  }
  const { port } = server.address() as AddressInfo;
  const base = `${settings.url.replace(/\/$/, '')}/${secret}`;

  return {
    port,
    writeUrl: `${base}/write`,
    stopUrl: `${base}/stop`,
    release() {
      released = true;
      for (const response of waiting.keys()) end(response);
    },
    async close() {
      for (const response of waiting.keys()) end(response);
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > MOST_BYTES) throw new Error(`it is longer than ${MOST_BYTES} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function same(given: string, secret: string): boolean {
  return given.length === secret.length && timingSafeEqual(Buffer.from(given), Buffer.from(secret));
}
