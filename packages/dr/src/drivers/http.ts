import { request as plain } from 'node:http';
import { request as secure } from 'node:https';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import { within } from '@ordeal/shared/time/deadline';

export interface HttpQuestion {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly timeoutMs: number;
  /** PEM texts for https. */
  readonly tls?: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    /** False only where a person has said so in a kubeconfig. */
    readonly rejectUnauthorized?: boolean;
  };
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * Asks once, on a connection of its own: a kept one may lead to a server that is frozen by now. Any status is an
 * answer; rejects with the method, the address and the reason when there is none.
 */
export async function askHttp(question: HttpQuestion, context: DriverContext): Promise<HttpAnswer> {
  const { method, url, timeoutMs } = question;
  try {
    return await within(
      context.clock,
      timeoutMs,
      'The answer',
      context.signal,
      async (signal) => await send(question, signal),
    );
  } catch (error) {
    context.signal.throwIfAborted();
    throw new Error(`${method} ${url}: ${reasonOf(error)}`, { cause: error });
  }
}

async function send(
  { method, url, headers, body, tls }: HttpQuestion,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  return await new Promise<HttpAnswer>((resolve, reject) => {
    const sent = (url.startsWith('https:') ? secure : plain)(
      url,
      {
        agent: false,
        method,
        signal,
        ...tls,
        headers: {
          ...(text === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
          ...headers,
        },
      },
      (response) => {
        let answer = '';
        response.setEncoding('utf8').on('data', (part: string) => (answer += part));
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text: answer }));
      },
    );
    sent.on('error', reject);
    sent.end(text);
  });
}

/** The JSON in an answer; undefined when it is none. */
export function jsonOf(answer: HttpAnswer): unknown {
  try {
    return JSON.parse(answer.text);
  } catch {
    return undefined;
  }
}
