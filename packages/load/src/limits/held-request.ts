import { request as overHttp, type ClientRequest } from 'node:http';
import { request as overHttps } from 'node:https';
import { reasonOf } from '@ordeal/shared/reason-of';

/** What came of a request that is held. 0: there was no answer. */
export interface HeldAnswer {
  readonly status: number;
  readonly error?: string;
}

/** A request that is under way: the last byte of its body is kept back. */
export interface HeldRequest {
  /** Resolves when all but the last byte was handed over, or it has ended. */
  readonly underWay: Promise<void>;
  readonly answer: Promise<HeldAnswer>;
  /** Undefined as long as there is none. */
  answered(): HeldAnswer | undefined;
  /** Sends the last byte. */
  release(): void;
  /** Ends it, whatever has become of it. */
  drop(): void;
}

/** Sends a request on a connection of its own, but for the last byte of its body. */
export function holdRequest(
  url: URL,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): HeldRequest {
  const content = Buffer.from(body);
  const send = url.protocol === 'https:' ? overHttps : overHttp;
  const request: ClientRequest = send(url, {
    method,
    agent: false,
    headers: { 'user-agent': 'ordeal', ...headers, 'content-length': content.length },
  });
  let known: HeldAnswer | undefined;
  const answer = new Promise<HeldAnswer>((resolve) => {
    const settle = (one: HeldAnswer): void => {
      known ??= one;
      resolve(known);
    };
    request.once('response', (response) => {
      response.once('error', () => undefined);
      response.resume();
      settle({ status: response.statusCode ?? 0 });
    });
    request.on('error', (error) => settle({ status: 0, error: reasonOf(error) }));
    request.once('close', () => settle({ status: 0, error: 'closed without an answer' }));
  });
  const handedOver = new Promise<void>((resolve) => {
    request.write(content.subarray(0, -1), () => resolve());
  });
  return {
    underWay: Promise.race([handedOver, answer.then(() => undefined)]),
    answer,
    answered: () => known,
    release: () => void request.end(content.subarray(-1)),
    drop: () => void request.destroy(),
  };
}
