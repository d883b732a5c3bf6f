import { request as overHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { text } from 'node:stream/consumers';

/** What goes out in one request. */
export interface Outgoing {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly content: string | undefined;
}

/** The whole answer. */
export interface Answer {
  readonly status: number;
  /** By names in lower case; of several of a name all, but of cookies the last. */
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly text: string;
}

/**
 * Sends one request over a connection that may be kept from the one before, and reads the answer to its end. Redirects
 * are answers. Rejects with the signal's reason, or whatever broke the connection.
 *
 * `fetch` would do the same, and takes longer to load than twenty checks take to be answered.
 */
export async function exchange(outgoing: Outgoing, signal: AbortSignal): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      return await once(outgoing, signal);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (!(error instanceof ClosedWhileKept)) throw error;
      if (attempt === MOST_ATTEMPTS) throw error.cause;
    }
  }
}

/** A server may close a connection that is kept just as it is used again: nothing was asked of it then. */
class ClosedWhileKept extends Error {}

/** More connections than that are not closed in a row by chance. */
const MOST_ATTEMPTS = 5;

async function once(outgoing: Outgoing, signal: AbortSignal): Promise<Answer> {
  const response = await answered(outgoing, signal);
  const { 'set-cookie': cookies = [], ...others } = response.headers;
  return {
    status: response.statusCode ?? 0,
    headers: {
      ...Object.fromEntries(Object.entries(others).map(([name, value]) => [name, String(value)])),
      ...(cookies.length === 0 ? {} : { 'set-cookie': String(cookies.at(-1)) }),
    },
    cookies,
    text: await text(await unpacked(response)),
  };
}

async function answered(outgoing: Outgoing, signal: AbortSignal): Promise<IncomingMessage> {
  const { url, method, headers, content } = outgoing;
  // Most platforms that are tried out speak plain HTTP, and TLS takes long to load.
  const send = url.protocol === 'https:' ? (await import('node:https')).request : overHttp;
  const options: RequestOptions = {
    method,
    headers: {
      accept: '*/*',
      'user-agent': 'ordeal',
      ...headers,
      ...(content === undefined ? {} : { 'content-length': Buffer.byteLength(content) }),
    },
    signal,
  };
  return new Promise((resolve, reject) => {
    const request = send(url, options, resolve);
    request.once('error', (error: NodeJS.ErrnoException) => {
      const wasKept = request.reusedSocket && error.code === 'ECONNRESET' && method === 'GET';
      reject(wasKept ? new ClosedWhileKept(error.message, { cause: error }) : error);
    });
    request.end(content);
  });
}

/** It was not asked for, but some servers pack all the same. */
async function unpacked(response: IncomingMessage): Promise<NodeJS.ReadableStream> {
  const encoding = response.headers['content-encoding'];
  if (encoding === undefined || encoding === 'identity') return response;
  const { createBrotliDecompress, createUnzip } = await import('node:zlib');
  const { pipeline } = await import('node:stream');
  // What breaks the answer breaks what is read of it.
  return pipeline(response, encoding === 'br' ? createBrotliDecompress() : createUnzip(), () => undefined);
}
