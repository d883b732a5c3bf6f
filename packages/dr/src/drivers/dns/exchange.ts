import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import { within } from '@ordeal/shared/time/deadline';

const answerMs = 2000;

/** A server gives no answer, so nobody is led anywhere by it. */
export class NoAnswer extends Error {}

/** Sends a message over UDP, and over TCP when the answer does not fit. Rejects with the server and the reason. */
export async function query(server: string, message: Buffer, context: DriverContext): Promise<Buffer> {
  return await named(server, context, async (address) => {
    const answer = await limited(context, (signal) => overUdp(address, message, signal));
    const truncated = ((answer[2] ?? 0) & 0x02) !== 0;
    return truncated ? await limited(context, (signal) => overTcp(address, message, signal)) : answer;
  });
}

/** Sends a message over TCP: what it asks for is done once, or not at all. */
export async function deliver(server: string, message: Buffer, context: DriverContext): Promise<Buffer> {
  return await named(server, context, async (address) => {
    return await limited(context, (signal) => overTcp(address, message, signal));
  });
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** `host`, `host:port` or `[IPv6]:port`. */
export function addressOfServer(server: string): Address {
  const [, bracketed, plain, port] = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(server) ?? [];
  return { host: bracketed ?? plain ?? server, port: Number(port ?? 53) };
}

async function named(
  server: string,
  context: DriverContext,
  task: (address: Address) => Promise<Buffer>,
): Promise<Buffer> {
  try {
    return await task(addressOfServer(server));
  } catch (error) {
    context.signal.throwIfAborted();
    throw new NoAnswer(`the name server ${server} did not answer: ${reasonOf(error)}`, { cause: error });
  }
}

async function limited(
  context: DriverContext,
  task: (signal: AbortSignal) => Promise<Buffer>,
): Promise<Buffer> {
  return await within(context.clock, answerMs, 'The answer', context.signal, task);
}

async function overUdp({ host, port }: Address, message: Buffer, signal: AbortSignal): Promise<Buffer> {
  return await new Promise<Buffer>((resolve, reject) => {
    // Connected, so that a port where nobody listens is told, and nobody else's answer is taken.
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    const settle = (done: () => void): void => {
      signal.removeEventListener('abort', abort);
      socket.close();
      done();
    };
    const abort = (): void => settle(() => reject(signal.reason as Error));
    signal.addEventListener('abort', abort, { once: true });
    socket
      .on('error', (error) => settle(() => reject(error)))
      .on('message', (answer) => {
        if (answer.length >= 12 && answer.readUInt16BE(0) === message.readUInt16BE(0)) {
          settle(() => resolve(answer));
        }
      });
    socket.connect(port, host, (error?: Error) => {
      if (error !== undefined && error !== null) settle(() => reject(error));
      else socket.send(message);
    });
  });
}

async function overTcp({ host, port }: Address, message: Buffer, signal: AbortSignal): Promise<Buffer> {
  return await new Promise<Buffer>((resolve, reject) => {
    const socket = connect(port, host);
    const abort = (): void => void socket.destroy(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    let bytes: Buffer = Buffer.alloc(0);
    socket
      .on('connect', () => {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(message.length);
        socket.write(Buffer.concat([length, message]));
      })
      .on('data', (part) => {
        bytes = Buffer.concat([bytes, part]);
        if (bytes.length < 2 || bytes.length < 2 + bytes.readUInt16BE(0)) return;
        resolve(bytes.subarray(2, 2 + bytes.readUInt16BE(0)));
        socket.destroy();
      })
      .on('error', reject)
      .on('close', () => {
        signal.removeEventListener('abort', abort);
        reject(new Error('the connection was closed before the answer'));
      });
  });
}
