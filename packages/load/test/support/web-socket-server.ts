import { createHash } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** One connection as a test's server sees it. Only short text messages, which is all that the tests send. */
export interface ServerSocket {
  send(text: string): void;
  /** Ends the connection without a closing handshake. */
  cut(): void;
}

export interface SocketHandlers {
  readonly connected: (request: IncomingMessage, socket: ServerSocket) => void;
  readonly message: (request: IncomingMessage, text: string, socket: ServerSocket) => void;
  /** The closing handshake came. */
  readonly closed: (request: IncomingMessage) => void;
}

/** Adds WebSockets to a server (RFC 6455, what short messages need of it). */
export function takeSockets(server: Server, handlers: SocketHandlers): void {
  server.on('upgrade', (request: IncomingMessage, stream: Duplex) => {
    stream.on('error', () => {});
    const socket: ServerSocket = {
      send: (text) => stream.write(frame(1, Buffer.from(text))),
      cut: () => stream.destroy(),
    };
    const key = String(request.headers['sec-websocket-key']);
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    const protocol = request.headers['sec-websocket-protocol'];
    const head = [
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Accept: ${accept}`,
      ...(protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocol.split(',')[0]}`]),
    ];
    if (request.url?.startsWith('/refused') === true) {
      stream.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      handlers.connected(request, socket);
      return;
    }
    stream.write(`${head.join('\r\n')}\r\n\r\n`);
    handlers.connected(request, socket);
    let rest = Buffer.alloc(0);
    stream.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      for (let next = take(rest); next !== undefined; next = take(rest)) {
        rest = rest.subarray(next.length);
        if (next.opcode === 1) handlers.message(request, next.payload.toString(), socket);
        if (next.opcode === 8) {
          handlers.closed(request);
          stream.end(frame(8, next.payload.subarray(0, 2)));
        }
      }
    });
  });
}

function frame(opcode: number, payload: Buffer): Buffer {
  if (payload.length > 125) throw new RangeError('Only short messages');
  return Buffer.concat([Buffer.from([0x80 | opcode, payload.length]), payload]);
}

/** The first frame of what came, if all of it is there. Clients mask theirs. */
function take(bytes: Buffer): { opcode: number; payload: Buffer; length: number } | undefined {
  const size = (bytes[1] ?? 0) & 0x7f;
  if (bytes.length < 6 + size) return undefined;
  if (size > 125) throw new RangeError('Only short messages');
  const mask = bytes.subarray(2, 6);
  const payload = Buffer.from(
    bytes.subarray(6, 6 + size).map((byte, index) => byte ^ (mask[index % 4] as number)),
  );
  return { opcode: (bytes[0] as number) & 0x0f, payload, length: 6 + size };
}
