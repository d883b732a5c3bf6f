import { once } from 'node:events';
import {
  createServer as createPlain,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http';
import { createServer as createSecure, type ServerOptions } from 'node:https';
import { afterEach } from 'vitest';

/** Servers for what a real Prometheus cannot be made to do. Each ends with its test. */
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Its `host:port`. With `tls`, it speaks HTTPS. */
export async function serve(listener: RequestListener, tls?: ServerOptions): Promise<string> {
  const server = tls === undefined ? createPlain(listener) : createSecure(tls, listener);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `127.0.0.1:${address.port}`;
}

/** A `host:port` at which nobody listens any more. */
export async function deadHost(): Promise<string> {
  const host = await serve(() => undefined);
  const server = servers.pop();
  server?.close();
  return host;
}

/** Answers everything alike. */
export function answering(
  status: number,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): RequestListener {
  return (_request, response) => void response.writeHead(status, headers).end(body);
}

/** The answer to an instant query, a series for each value. */
export function vector(values: readonly string[], more: Readonly<Record<string, unknown>> = {}): string {
  const result = values.map((value, index) => ({ metric: { place: `${index}` }, value: [1.5, value] }));
  return JSON.stringify({ status: 'success', data: { resultType: 'vector', result }, ...more });
}

/** The API's own words for a failure. */
export function failure(errorType: string, error: string): string {
  return JSON.stringify({ status: 'error', errorType, error });
}

/** The form that was sent. */
export async function formOf(request: IncomingMessage): Promise<Record<string, string>> {
  let body = '';
  for await (const part of request) body += String(part);
  return Object.fromEntries(new URLSearchParams(body));
}
