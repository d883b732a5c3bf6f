import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { approverOf } from '../../src/approvals/approver.ts';
import { mustAnswerIn } from '../../src/approvals/by-file.ts';
import { mustListen } from '../../src/approvals/by-http.ts';
import { askingOf, type Asking } from '../../src/drill-flags.ts';
import type { Edge } from '../../src/edge.ts';

const question = 'Region a is lost. Promote region b?';
const loopback = { host: '127.0.0.1', port: 0 };
const forever = new AbortController().signal;
let dir: string;
let said: string;
let stdin: PassThrough;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ordeal-approve-'));
  said = '';
  stdin = new PassThrough();
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function approver(by: Asking['by'], withinMs = 60_000) {
  const stderr = { write: (text: string) => ((said += text), true) };
  return approverOf({ by, eachStep: false, withinMs }, { stdin, stderr } as unknown as Edge, systemClock);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function until<T>(look: () => T | undefined): Promise<T> {
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    await systemClock.sleep(10);
  }
}

it('asks at the terminal until the answer begins with yes or no', async () => {
  const answer = approver({ how: 'terminal' })(question, forever);
  stdin.write('perhaps\nno, the standby is not trusted\n');
  expect(await answer).toMatchObject({ approved: false, how: 'terminal', why: 'the standby is not trusted' });
  expect(said.match(/Promote region b/g)).toHaveLength(2);
});

it('keeps for the next question what came with an answer', async () => {
  const ask = approver({ how: 'terminal' });
  stdin.write('yes, for the first\nno, for the sec');
  expect(await ask(question, forever)).toMatchObject({ approved: true, why: 'for the first' });
  const second = ask(question, forever);
  stdin.end('ond');
  expect(await second).toMatchObject({ approved: false, why: 'for the second' });
  expect(await ask(question, forever)).toMatchObject({ approved: false, by: 'nobody' });
});

it('takes at the terminal no answer in time for a no, and goes on reading', async () => {
  const ask = approver({ how: 'terminal' }, 50);
  expect(await ask(question, forever)).toMatchObject({ approved: false, by: 'nobody' });
  stdin.write('yes\n');
  expect(await ask(question, forever)).toMatchObject({ approved: true });
});

it('takes an input that has ended for a no', async () => {
  stdin.end();
  expect(await approver({ how: 'terminal' })(question, forever)).toMatchObject({
    approved: false,
    by: 'nobody',
  });
});

it('takes no answer in time for a no', async () => {
  const answer = await approver({ how: 'file', path: join(dir, 'answer.json') }, 50)(question, forever);
  expect(answer).toMatchObject({ approved: false, by: 'nobody', how: 'file', why: 'no answer within 50ms' });
  expect(existsSync(join(dir, 'answer.json.question')), 'the question goes with it').toBe(false);
});

it('takes from a file only the answer to this very question', async () => {
  const path = join(dir, 'answer.json');
  const write = (token: string, approved: boolean): void =>
    writeFileSync(path, JSON.stringify({ approved, by: 'ann', why: 'agreed', token }));
  write('of-an-earlier-question', true);
  const answer = approver({ how: 'file', path })(question, forever);
  await until(() => (said.includes('for another question') ? true : undefined));
  const asked = JSON.parse(readFileSync(`${path}.question`, 'utf8')) as { question: string; token: string };
  expect(asked.question).toBe(question);
  write(asked.token, true);
  expect(await answer).toEqual({ approved: true, by: 'ann', why: 'agreed', how: 'file' });
  expect(existsSync(path), 'it cannot answer the next one').toBe(false);
});

it('takes one answer by HTTP, from whoever has the token', async () => {
  const answer = approver({ how: 'http', listen: loopback })(question, forever);
  const url = await until(() => /http:\/\/127\.0\.0\.1:\d+\/approve\/[0-9a-f]{48}/.exec(said)?.[0]);
  const post = (to: string, body: unknown) =>
    fetch(to, { method: 'POST', body: JSON.stringify(body) }).then((response) => response.status);
  expect(await (await fetch(url)).text()).toContain('Promote region b?');
  expect(await post(`${url.slice(0, -1)}x`, { approved: true, by: 'eve', why: '' })).toBe(404);
  expect(await post(url, { approved: true, why: 'nobody says who' })).toBe(400);
  expect(await post(url, { approved: true, by: 'x'.repeat(20_000) })).toBe(400);
  expect(await post(url, { approved: true, by: 'ann', why: 'agreed' })).toBe(200);
  expect(await answer).toEqual({ approved: true, by: 'ann', why: 'agreed', how: 'http' });
  const again = await post(url, { approved: false, by: 'eve' }).catch(() => 'nobody listens any more');
  expect([410, 'nobody listens any more']).toContain(again);
});

it('takes answers where it is told to, one question after the other, each with a token of its own', async () => {
  const port = await freePort();
  const ask = approver({ how: 'http', listen: { host: '127.0.0.1', port } });
  const tokens: string[] = [];
  for (const round of ['first', 'second']) {
    said = '';
    const answer = ask(question, forever);
    const pattern = new RegExp(`http://127.0.0.1:${port}/approve/[0-9a-f]{48}`);
    const url = await until(() => pattern.exec(said)?.[0]);
    const post = (to: string) =>
      fetch(to, { method: 'POST', body: JSON.stringify({ approved: true, by: round, why: 'agreed' }) });
    for (const old of tokens) expect((await post(old)).status, 'a token of an earlier question').toBe(404);
    expect((await post(url)).status).toBe(200);
    expect(await answer).toMatchObject({ by: round });
    tokens.push(url);
  }
});

it('tells nobody that it was approved once no answer counts any more', async () => {
  const stop = new AbortController();
  const answer = approver({ how: 'http', listen: loopback })(question, stop.signal);
  const [, port, path] = await until(
    () => /http:\/\/127\.0\.0\.1:(\d+)(\/approve\/[0-9a-f]{48})/.exec(said) ?? undefined,
  );
  const socket = connect({ host: '127.0.0.1', port: Number(port) });
  let heard = '';
  socket.setEncoding('utf8').on('data', (text: string) => (heard += text));
  const body = JSON.stringify({ approved: true, by: 'ann', why: 'agreed' });
  // Whoever answers is slow, and the run ends meanwhile.
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\nexpect: 100-continue\r\n\r\n`,
  );
  await until(() => (heard.includes('100 Continue') ? true : undefined));
  stop.abort(new Error('interrupted by SIGINT'));
  await expect(answer).rejects.toThrow('interrupted by SIGINT');
  socket.write(body);
  await once(socket, 'close');
  expect(heard).toContain('HTTP/1.1 410');
  expect(heard).not.toContain('Approved');
});

it('names an address that others can use when it listens on all of them', async () => {
  const stop = new AbortController();
  const answer = approver({ how: 'http', listen: { host: '0.0.0.0', port: 0 } })(question, stop.signal);
  await until(() => (said === '' ? undefined : said));
  stop.abort(new Error('enough'));
  await expect(answer).rejects.toThrow('enough');
  expect(said).toContain(`http://${hostname()}:`);
});

it('says before anything is touched that nobody could answer there', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen({ host: '127.0.0.1', port: 0 }, resolve));
  const { port } = taken.address() as AddressInfo;
  await expect(mustListen({ host: '127.0.0.1', port })).rejects.toThrow(
    `nobody could answer at http:127.0.0.1:${port}: listen EADDRINUSE`,
  );
  await new Promise((resolve) => taken.close(resolve));
  await mustListen({ host: '127.0.0.1', port });
});

it.each([
  ['http', { how: 'http', listen: loopback }],
  ['http:127.0.0.1:8099', { how: 'http', listen: { host: '127.0.0.1', port: 8099 } }],
  ['http:[::1]:8099', { how: 'http', listen: { host: '::1', port: 8099 } }],
  ['http:drills.example:80', { how: 'http', listen: { host: 'drills.example', port: 80 } }],
  ['file:a.json', { how: 'file', path: 'a.json' }],
])('reads --approve %s', (approve, by) => {
  expect(askingOf({ approve })?.by).toEqual(by);
});

it.each(['http:', 'http:8099', 'http:127.0.0.1:99999', 'http://127.0.0.1:8099', 'mail:me'])(
  'says what is wrong with --approve %s',
  (approve) => expect(() => askingOf({ approve })).toThrow(`found "${approve}"`),
);

it('ends with the run', async () => {
  const stop = new AbortController();
  const answer = approver({ how: 'http', listen: loopback })(question, stop.signal);
  await until(() => (said === '' ? undefined : said));
  stop.abort(new Error('interrupted by SIGINT'));
  await expect(answer).rejects.toThrow('interrupted by SIGINT');
});

it('says before anything is touched that nobody could answer in that file', () => {
  const path = join(dir, 'missing', 'answer.json');
  expect(() => mustAnswerIn(path)).toThrow(`nobody could answer in file:${path}: ENOENT`);
  expect(() => mustAnswerIn(dir)).toThrow('it is a directory');
  mustAnswerIn(join(dir, 'answer.json'));
  expect(readdirSync(dir), 'and leaves nothing there').toEqual([]);
});

it('goes on asking when what is in the place of the answer cannot be read', async () => {
  const path = join(dir, 'answer.json');
  mkdirSync(path);
  const answer = approver({ how: 'file', path }, 5000)(question, forever);
  await until(() => (said.includes('it cannot be read') ? true : undefined));
  rmSync(path, { recursive: true });
  const { token } = JSON.parse(readFileSync(`${path}.question`, 'utf8')) as { token: string };
  writeFileSync(path, JSON.stringify({ approved: true, by: 'ann', why: 'agreed', token }));
  expect(await answer).toMatchObject({ approved: true, by: 'ann' });
});

it('waits no longer for an answer than a timer can: one that runs out at once would be a no', () => {
  expect(askingOf({ approve: 'terminal', approveWithin: '24d' })?.withinMs).toBe(24 * 86_400_000);
  expect(() => askingOf({ approve: 'terminal', approveWithin: '25d' })).toThrow(
    '--approve-within: expected at most 24d, found "25d".',
  );
});
