import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import type { WriteAnswer } from '../../src/split-brain/answer.ts';
import { postgresQuestions, type AskedServer } from '../../src/split-brain/ask-postgres.ts';
import { testContext } from '../drivers/two-servers.ts';

/** A message of the protocol. */
function message(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
}

/** What is said of a server that lets one in, ends that session as it does when it is shut down, and is gone. */
async function askedAtShutdown(at: AskedServer['at']): Promise<readonly WriteAnswer['takes'][]> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(Buffer.concat([message('R', Buffer.alloc(4)), message('Z', Buffer.from('I'))]));
      socket.once('data', () => {
        socket.end(message('E', Buffer.from('SFATAL\0C57P01\0Mterminating connection\0\0')));
        server.close();
      });
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `postgresql://drill@127.0.0.1:${port}/app?sslmode=disable`;
  const questions = postgresQuestions((name) => ({ name, url, ...(at === undefined ? {} : { at }) }));
  try {
    const said: WriteAnswer['takes'][] = [];
    for (let asked = 0; asked < 3; asked += 1) said.push((await questions.ask('a', testContext())).takes);
    return said;
  } finally {
    questions.close();
  }
}

it('takes nobody listening for a refusal of a server, and not of a service', async () => {
  expect(await askedAtShutdown('server')).toEqual(['unknown', 'no', 'no']);
  expect(await askedAtShutdown('service')).toEqual(['unknown', 'unknown', 'unknown']);
});

it('takes it for one behind a service to one server when that has just said that it shuts down', async () => {
  // Whether it has come again since, and the service leads elsewhere, nobody knows.
  expect(await askedAtShutdown('service to one')).toEqual(['unknown', 'no', 'unknown']);
});
