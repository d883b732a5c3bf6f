import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIPv6 } from 'node:net';
import { hostname } from 'node:os';
import type { Approval } from '@ordeal/dr/drills/drill';
import { reasonOf } from '@ordeal/shared/reason-of';
import { CommandError, exitCodes } from '../command-error.ts';
import type { ListenAt } from '../drill-flags.ts';
import { ANSWER_EXPECTED, readAnswer } from './answer.ts';

const mostBytes = 16_384;

/**
 * Asks by a server of its own: whoever has the address, with a token that is good for this one question, answers it
 * by a POST. `tell` is told the address.
 */
export async function askByHttp(
  listen: ListenAt,
  question: string,
  signal: AbortSignal,
  tell: (text: string) => void,
): Promise<Approval> {
  const token = randomBytes(24).toString('hex');
  let answered: (approval: Approval) => void = () => {};
  const answer = new Promise<Approval>((resolve) => (answered = resolve));
  /** Why no answer counts any more. */
  let over: string | undefined;
  const server = createServer((request, response) => {
    void respond(request, response).catch(() => response.destroy());
  });
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const say = (status: number, text: string): void => void response.writeHead(status).end(`${text}\n`);
    if (!isToken(/^\/approve\/([^/?]+)$/.exec(request.url ?? '')?.[1], token)) {
      return say(404, 'There is no such question.');
    }
    if (request.method === 'GET') return say(200, question);
    if (request.method !== 'POST') return say(405, `POST ${ANSWER_EXPECTED}`);
    const body = await readBody(request);
    if (over !== undefined) return say(410, over);
    const read = body === undefined ? { ok: false as const, problem: 'too long' } : readAnswer(body);
    if (!read.ok) return say(400, read.problem);
    over = 'This question was answered already.';
    say(200, read.answer.approved ? 'Approved.' : 'Not approved.');
    answered({ ...read.answer, how: 'http' });
  };
  await listening(server, listen);
  try {
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    tell(
      `${question}\nAnswer with: curl -d '{"approved":true,"by":"you","why":"…"}' http://${hostFor(listen)}:${port}/approve/${token}\n`,
    );
    return await Promise.race([answer, aborted(signal)]);
  } finally {
    // An answer that was on its way is not taken for one that counts.
    over ??= 'Nobody waits for an answer to this question any more.';
    server.close();
    // Whoever answered gets to read that it was taken.
    setTimeout(() => server.closeAllConnections(), 1000).unref();
  }
}

/** Rejects, before anything is touched, where no answer could ever be taken. */
export async function mustListen(listen: ListenAt): Promise<void> {
  const server = createServer();
  try {
    await listening(server, listen);
  } catch (error) {
    throw new CommandError(
      `--approve: nobody could answer at http:${listen.host}:${listen.port}: ${reasonOf(error)}. Name an address of this machine, and a port that is free.`,
      exitCodes.usage,
      [],
      error,
    );
  }
  await new Promise((resolve) => server.close(resolve));
}

/** Of an address; one that stands for all of this machine's is none that others could use. */
function hostFor({ host }: ListenAt): string {
  if (host === '0.0.0.0' || host === '::') return hostname();
  return isIPv6(host) ? `[${host}]` : host;
}

function listening(server: Server, listen: ListenAt): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen, resolve);
  });
}

function isToken(given: string | undefined, token: string): boolean {
  if (given === undefined) return false;
  const [one, other] = [Buffer.from(given), Buffer.from(token)];
  return one.length === other.length && timingSafeEqual(one, other);
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > mostBytes) return undefined;
  }
  return text;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
