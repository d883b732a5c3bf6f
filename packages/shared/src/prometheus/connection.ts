import { isUtf8 } from 'node:buffer';
import { Agent, request as askHttp, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { Agent as TlsAgent } from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import type { Clock } from '../time/clock.ts';
import { CannotAsk, codeOf } from './cannot-ask.ts';

export interface Outgoing {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as a POST, as a long query is too long for an address; without it, a GET is sent. */
  readonly form?: Readonly<Record<string, string>>;
}

/** One question and its whole answer, whatever its status. */
export interface Exchange {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The body, in UTF-8. */
  readonly bytes: Buffer;
  /** Monotonic milliseconds, before the connection was made or taken up again. */
  readonly sentAt: number;
  /** Monotonic milliseconds, when the answer's head was there. */
  readonly receivedAt: number;
}

/** The answer is not read any further: it is longer than allowed. */
export class TooLong extends Error {}

/** The answer's body is none that could be read. The message says why, in own words. */
export class UnreadableBody extends Error {}

/**
 * Asks one server. Never follows a redirect, as that would send the credentials elsewhere. Rejects with `CannotAsk`,
 * `TooLong`, `UnreadableBody`, the signal's reason, or whatever broke the connection.
 */
export type Connection = (outgoing: Outgoing, signal: AbortSignal) => Promise<Exchange>;

export interface ConnectionOptions {
  /** PEM file of the only authority that is trusted; without it, those that the system trusts. Read anew each time. */
  readonly caFile?: string;
  /** Length that a body may have, after it was unpacked. */
  readonly mostBytes: number;
}

/** Connections are kept open between questions. They keep no process from ending. */
export function createConnection(clock: Clock, { caFile, mostBytes }: ConnectionOptions): Connection {
  const plain = new Agent({ keepAlive: true });
  let secure: { readonly ca: string | undefined; readonly agent: TlsAgent } | undefined;

  // Most that is tried out speaks plain HTTP, and TLS takes long to load.
  async function overTls(): Promise<{ readonly agent: TlsAgent; readonly ask: typeof askHttp }> {
    const { Agent: NewAgent, request: ask } = await import('node:https');
    const ca = caFile === undefined ? undefined : await readAuthority(caFile);
    if (secure === undefined || secure.ca !== ca) {
      secure = { ca, agent: new NewAgent({ keepAlive: true, ...(ca === undefined ? {} : { ca }) }) };
    }
    return { agent: secure.agent, ask };
  }

  return async ({ url, headers, form }, signal) => {
    const { agent, ask } = url.protocol === 'https:' ? await overTls() : { agent: plain, ask: askHttp };
    const body = form === undefined ? undefined : new URLSearchParams({ ...form }).toString();
    const options = {
      agent,
      signal,
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...headers,
        accept: 'application/json',
        'accept-encoding': isLoopback(url) ? 'identity' : 'gzip',
        ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      },
    };
    const sentAt = clock.now();
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      ask(url, options, resolve).on('error', reject).end(body);
    });
    const receivedAt = clock.now();
    const bytes = await bodyOf(response, mostBytes);
    return { status: response.statusCode ?? 0, headers: response.headers, bytes, sentAt, receivedAt };
  };
}

/** Packing costs more than it saves where nothing goes over a wire. */
function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}

async function readAuthority(caFile: string): Promise<string> {
  const file = `the file of its certificate authority, ${caFile},`;
  let pem: string;
  try {
    // Few name a file, and it brings much along.
    const { readFile } = await import('node:fs/promises');
    pem = await readFile(caFile, 'utf8');
  } catch (error) {
    throw new CannotAsk(`${file} cannot be read (${codeOf(error)})`);
  }
  // Without one the library would trust the system's authorities, or fail with words of its own.
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw new CannotAsk(`${file} holds no PEM certificate`);
  return pem;
}

async function bodyOf(response: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of await unpacked(response)) {
      const part = chunk as Buffer;
      length += part.length;
      // Leaving the loop ends the connection.
      if (length > mostBytes) throw new TooLong();
      chunks.push(part);
    }
  } catch (error) {
    if (codeOf(error).startsWith('Z_')) throw new UnreadableBody('it cannot be unpacked');
    throw error;
  }
  const bytes = Buffer.concat(chunks, length);
  if (!isUtf8(bytes)) throw new UnreadableBody('it is no text in UTF-8');
  return bytes;
}

async function unpacked(response: IncomingMessage): Promise<Readable> {
  const coding = response.headers['content-encoding'] ?? 'identity';
  if (coding === 'identity') return response;
  if (coding === 'gzip') {
    const { createGunzip } = await import('node:zlib');
    return pipeline(response, createGunzip(), () => undefined);
  }
  response.destroy();
  throw new UnreadableBody('it is packed in a way that was not asked for');
}
