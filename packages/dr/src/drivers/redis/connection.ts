import { connect as plain, type Socket } from 'node:net';
import { connect as secure } from 'node:tls';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { within } from '@ordeal/shared/time/deadline';
import { addressOf, type RedisNode } from './config.ts';
import { decode, encode, RedisError, type Reply } from './protocol.ts';

/** What a connection can be asked. An error of the server rejects. */
export interface RedisSession {
  command(...words: readonly string[]): Promise<Reply>;
  /** For commands that answer text. */
  text(...words: readonly string[]): Promise<string>;
}

/** A connection that is kept until it is closed. */
export interface RedisConnection extends RedisSession {
  /** Says who asks, where the address does. To be called once, first. */
  authenticate(): Promise<void>;
  /** At once, together with what is under way. */
  close(): void;
  isClosed(): boolean;
}

const answerMs = 2000;

/** Connects to the address. Nothing limits its time but whoever closes it. */
export function openRedis(url: string): RedisConnection {
  const { host, port, user, password, tls } = addressOf(url);
  const socket = tls ? secure({ host, port, servername: host }) : plain({ host, port });
  const session = sessionOn(socket);
  return {
    ...session,
    authenticate: async () => {
      if (password !== '') await session.command('AUTH', ...(user === '' ? [] : [user]), password);
    },
    close: () => void socket.destroy(),
    isClosed: () => socket.closed,
  };
}

/**
 * Connects to the node, hands the connection to `use`, and closes it: a kept one may lead to a server that is frozen
 * by now. All of it together gets `withinMs`. Rejects with the reason of the server or of the network.
 */
export async function withRedis<T>(
  node: Pick<RedisNode, 'name' | 'url'>,
  context: DriverContext,
  use: (session: RedisSession) => Promise<T>,
  withinMs = answerMs,
): Promise<T> {
  const { host, port } = addressOf(node.url);
  return await within(
    context.clock,
    withinMs,
    `The answer of Redis at ${host}:${port}`,
    context.signal,
    async (signal) => {
      const connection = openRedis(node.url);
      signal.addEventListener('abort', connection.close, { once: true });
      try {
        await connection.authenticate();
        return await use(connection);
      } finally {
        signal.removeEventListener('abort', connection.close);
        connection.close();
      }
    },
  );
}

function sessionOn(socket: Socket): RedisSession {
  const waiting: { resolve: (reply: Reply) => void; reject: (error: Error) => void }[] = [];
  let bytes: Buffer = Buffer.alloc(0);
  let broken: Error | undefined;
  const fail = (error: Error): void => {
    broken ??= error;
    for (const one of waiting.splice(0)) one.reject(broken);
    socket.destroy();
  };
  socket
    .setNoDelay()
    .on('error', fail)
    .on('close', () => fail(new Error('the connection was closed before the answer')))
    .on('data', (part) => {
      bytes = Buffer.concat([bytes, part]);
      try {
        for (let found = decode(bytes); found !== undefined; found = decode(bytes)) {
          bytes = bytes.subarray(found.end);
          const one = waiting.shift();
          if (found.reply instanceof RedisError) one?.reject(found.reply);
          else one?.resolve(found.reply);
        }
      } catch (error) {
        fail(error as Error);
      }
    });
  const command = async (...words: readonly string[]): Promise<Reply> => {
    if (broken !== undefined) throw broken;
    return await new Promise<Reply>((resolve, reject) => {
      waiting.push({ resolve, reject });
      socket.write(encode(words));
    });
  };
  return {
    command,
    text: async (...words) => {
      const reply = await command(...words);
      if (typeof reply === 'string') return reply;
      throw new Error(`expected text in answer to ${words.join(' ')}, found ${JSON.stringify(reply)}`);
    },
  };
}
