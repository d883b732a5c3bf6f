import { connect, type LookupFunction, type Socket } from 'node:net';
import type { FilledRequest } from '@ordeal/shared/platform/template';
import type { Clock } from '@ordeal/shared/time/clock';
import { failureOf, type Failure } from '../failure.ts';
import { freshPool, keptPool, type Making, type Pool } from '../pool.ts';
import { responseReader, type Reading, type ResponseReader } from './response.ts';

/** What came of a request: a whole answer, or none. */
export type Word = { readonly completed: number } & (
  { readonly kind: 'answer'; readonly status: number } | ({ readonly kind: 'none' } & Failure)
);

/**
 * One connection for plain HTTP/1.1, one request at a time. It tells an answer's status and that it came whole, and
 * keeps nothing of it: hundreds of probes a second pay for every layer of a client that does more.
 */
export interface Wire {
  /** Connects with the first request. `say` is called once; later words are nobody's. */
  ask(request: FilledRequest, say: (word: Word) => void): void;
  /** It cannot carry another request, or its server is about to close it. */
  isClosed(): boolean;
  close(): void;
}

export type Wires = Pool<Wire>;

/**
 * Wires to an origin `http://…`: a new one for each request, or at least `least` that are kept. `lookup` says where the
 * origin's name leads; without it, the system does.
 */
export function wiresTo(
  origin: string,
  clock: Clock,
  kept: { readonly least: number } | 'fresh',
  lookup?: LookupFunction,
): Wires {
  const { hostname, port, host } = new URL(origin);
  const place = {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port === '' ? 80 : port),
    ...(lookup === undefined ? {} : { lookup }),
  };
  const making: Making<Wire> = {
    open: () => openWire(place, host, clock),
    close: (wire) => wire.close(),
    isClosed: (wire) => wire.isClosed(),
  };
  return kept === 'fresh' ? freshPool(making) : keptPool(making, kept.least);
}

/** All wires read into it: what is read is looked at before anything else is. */
const readInto = Buffer.allocUnsafe(64 * 1024);

interface Place {
  readonly host: string;
  readonly port: number;
  readonly lookup?: LookupFunction;
}

function openWire(place: Place, host: string, clock: Clock): Wire {
  let socket: Socket | undefined;
  let current: { readonly reader: ResponseReader; readonly say: (word: Word) => void } | undefined;
  let usableUntil = Infinity;
  let broken = false;

  const done = (word: Word): void => {
    const { say } = current ?? {};
    current = undefined;
    say?.(word);
  };
  const fail = (failure: Failure): void => {
    broken = true;
    done({ kind: 'none', completed: clock.now(), ...failure });
  };
  const hear = (reading: Reading): void => {
    if (reading.state === 'more') return;
    if (reading.state === 'wrong') {
      fail({ error: 'protocol', detail: reading.problem, neverSent: false });
      return;
    }
    usableUntil = clock.now() + reading.keptMs;
    if (reading.keptMs === 0) broken = true;
    done({ kind: 'answer', completed: clock.now(), status: reading.status });
  };
  const ended = (): void => {
    broken = true;
    const reading = current?.reader.end();
    if (reading?.state === 'whole') hear(reading);
    else fail({ error: 'reset', detail: 'the other side has closed the connection', neverSent: false });
  };
  const opened = (): Socket => {
    const made = connect({
      ...place,
      noDelay: true,
      onread: {
        buffer: readInto,
        callback: (bytes) => {
          // Nobody has asked for that: whatever it is, the next answer must not be taken from it.
          if (current === undefined) broken = true;
          else hear(current.reader.take(readInto.subarray(0, bytes)));
          return true;
        },
      },
    });
    made.on('error', (error) => fail(failureOf(error)));
    made.on('end', ended);
    made.on('close', ended);
    return made;
  };

  return {
    ask: (request, say) => {
      current = { reader: responseReader(request.method), say };
      try {
        socket ??= opened();
        write(socket, request, host);
      } catch (error) {
        fail(failureOf(error));
      }
    },
    isClosed: () => broken || clock.now() >= usableUntil,
    close: () => {
      broken = true;
      current = undefined;
      socket?.destroy();
    },
  };
}

function write(socket: Socket, { method, path, headers, body }: FilledRequest, host: string): void {
  oneLine(path);
  let head = `${method} ${path} HTTP/1.1\r\n`;
  if (headers['host'] === undefined) head += `host: ${host}\r\n`;
  if (headers['connection'] === undefined) head += 'connection: keep-alive\r\n';
  for (const name in headers) head += `${name}: ${oneLine(headers[name] ?? '')}\r\n`;
  const bytes = body === null ? 0 : Buffer.byteLength(body);
  // Some servers refuse (411) what may have a body and does not say how long that is, be it empty.
  const saysLength = body !== null || method === 'POST' || method === 'PUT';
  if (saysLength && headers['content-length'] === undefined) head += `content-length: ${bytes}\r\n`;
  head += '\r\n';
  if (body === null) socket.write(head, 'latin1');
  else if (bytes === body.length) socket.write(head + body, 'latin1');
  else socket.write(Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)]));
}

/** Whatever a platform file says: nothing of it becomes a line, or a request, of its own. */
function oneLine(text: string): string {
  if (/[\r\n\0]/.test(text)) throw new Error(`there is a line break in ${JSON.stringify(text.slice(0, 80))}`);
  return text;
}
