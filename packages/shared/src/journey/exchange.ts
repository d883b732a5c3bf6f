import {
  request as overHttp,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';

/** What goes out in one request. */
export interface Outgoing {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly content: string | undefined;
  /** Called once there is a connection: before that nothing has left this machine. */
  readonly connected?: (() => void) | undefined;
}

/** The whole answer. */
export interface Answer {
  readonly status: number;
  /** By names in lower case, as Node joins those that come several times; of cookies the last. */
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly text: string;
}

/**
 * Sends one request over a connection that may be kept from the one before, and reads the answer to its end. Redirects
 * are answers. Rejects with the reason of the first of the signals that ends it, with whatever broke the connection, or
 * when there is more of the answer than is read.
 *
 * `fetch` would do the same, and takes longer to load than twenty checks take to be answered. A signal that Node's own
 * request is handed, and iterating over an answer, make each of the first requests half as long again.
 */
export async function exchange(outgoing: Outgoing, ends: readonly AbortSignal[]): Promise<Answer> {
  // Its own way out: whatever becomes of a connection, nobody waits for it beyond the signals.
  const over = Promise.withResolvers<never>();
  over.promise.catch(() => undefined);
  let sent: ClientRequest | undefined;
  const end = (): void => {
    over.reject(ends.find(({ aborted }) => aborted)?.reason);
    sent?.destroy();
  };
  for (const signal of ends) signal.addEventListener('abort', end, { once: true });
  const take = (request: ClientRequest): void => {
    sent = request;
    // It may have come to its end while TLS was loaded.
    if (ends.some(({ aborted }) => aborted)) request.destroy();
  };
  try {
    for (let attempt = 1; ; attempt += 1) {
      for (const signal of ends) signal.throwIfAborted();
      try {
        return await Promise.race([once(outgoing, take), over.promise]);
      } catch (error) {
        for (const signal of ends) signal.throwIfAborted();
        if (!(error instanceof ClosedWhileKept)) throw error;
        if (attempt === MOST_ATTEMPTS) throw error.cause;
      }
    }
  } finally {
    for (const signal of ends) signal.removeEventListener('abort', end);
  }
}

/** A server may close a connection that is kept just as it is used again. What only asks may be asked once more. */
class ClosedWhileKept extends Error {}

/** More connections than that are not closed in a row by chance. */
const MOST_ATTEMPTS = 5;

type Sent = (request: ClientRequest) => void;

async function once(outgoing: Outgoing, sent: Sent): Promise<Answer> {
  const response = await answered(outgoing, sent);
  const { 'set-cookie': cookies = [], ...others } = response.headers;
  return {
    status: response.statusCode ?? 0,
    headers: {
      ...Object.fromEntries(Object.entries(others).map(([name, value]) => [name, String(value)])),
      ...(cookies.length === 0 ? {} : { 'set-cookie': String(cookies.at(-1)) }),
    },
    cookies,
    // A connection that changes its protocol has no text.
    text: response.statusCode === 101 ? '' : await textOf(response),
  };
}

async function answered(outgoing: Outgoing, sent: Sent): Promise<IncomingMessage> {
  const { url, method, headers, content, connected } = outgoing;
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
  };
  return new Promise((resolve, reject) => {
    const request = send(url, options, (response) => {
      // Of a body that the connection's end ends Node tells the request alone that it was reset, and calls it whole.
      request.once('error', (error) => response.destroy(error));
      resolve(response);
    });
    sent(request);
    if (connected !== undefined) {
      request.once('socket', (socket) => {
        if (request.reusedSocket) connected();
        else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', connected);
      });
    }
    request.once('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response);
    });
    // Whatever else ends it: nobody waits for an answer that cannot come any more.
    request.once('close', () => reject(new Error('closed without an answer')));
    request.on('error', (error: NodeJS.ErrnoException) => {
      const wasKept = request.reusedSocket && error.code === 'ECONNRESET' && method === 'GET';
      reject(wasKept ? new ClosedWhileKept(error.message, { cause: error }) : error);
    });
    request.end(content);
  });
}

/**
 * No journey looks through more than that, and a text of half a gigabyte cannot be held at all: an answer that goes on
 * for longer is a mistake of the platform, and must not be one of the memory here.
 */
const MOST_BYTES = 16 * 2 ** 20;

class TooLong extends Error {
  override readonly message = `more than ${MOST_BYTES / 2 ** 20} MiB came, and no more is read`;
}

/** Packing is not asked for, but some servers pack all the same. What is packed in no known way is read as it is. */
async function textOf(response: IncomingMessage): Promise<string> {
  const packed = await whole(response);
  const unpack = packed.length === 0 ? undefined : await unpackerOf(response.headers['content-encoding']);
  return (unpack === undefined ? packed : await unpack(packed)).toString('utf8');
}

/** `buffer` of node:stream/consumers does the same, and brings web streams along. Rejects when it breaks off. */
function whole(response: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) response.destroy(new TooLong());
      else chunks.push(chunk);
    });
    response.once('end', () => resolve(Buffer.concat(chunks)));
    response.once('error', reject);
    response.once('close', () => reject(new Error('closed before its end')));
  });
}

type Unpack = (packed: Buffer) => Promise<Buffer>;

/** As node:zlib has it, of each packing. */
type Unpacker = (
  packed: Buffer,
  options: { readonly maxOutputLength: number },
  done: (error: NodeJS.ErrnoException | null, text: Buffer) => void,
) => void;

async function unpackerOf(encoding: string | undefined): Promise<Unpack | undefined> {
  const name = encoding?.trim().toLowerCase() ?? '';
  if (!['gzip', 'x-gzip', 'deflate', 'br', 'zstd'].includes(name)) return undefined;
  const { brotliDecompress, unzip, zstdDecompress } = await import('node:zlib');
  const unpack: Unpacker = name === 'br' ? brotliDecompress : name === 'zstd' ? zstdDecompress : unzip;
  return (packed) =>
    new Promise((resolve, reject) => {
      unpack(packed, { maxOutputLength: MOST_BYTES }, (error, text) => {
        if (error === null) resolve(text);
        else reject(error.code === 'ERR_BUFFER_TOO_LARGE' ? new TooLong() : error);
      });
    });
}
