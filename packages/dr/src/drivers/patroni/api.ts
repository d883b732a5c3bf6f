import { readFileSync } from 'node:fs';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { askHttp, type HttpAnswer, type HttpQuestion } from '../http.ts';
import type { PatroniNode, PatroniStoreConfig } from './config.ts';

/** Longer than Patroni's own limit for asking another member (2 s). */
const answerMs = 2500;

/** Asks a member's REST API. Rejects when there is no answer; its status is for the caller to judge. */
export async function ask(
  config: PatroniStoreConfig,
  node: PatroniNode,
  question: Pick<HttpQuestion, 'method' | 'body'> & { readonly path: string; readonly timeoutMs?: number },
  context: DriverContext,
): Promise<HttpAnswer> {
  const { method, body, path, timeoutMs = answerMs } = question;
  const { user, ca } = config;
  return await askHttp(
    {
      method,
      url: node.api.replace(/\/+$/, '') + path,
      timeoutMs,
      ...(body === undefined ? {} : { body }),
      // Reading asks for no password, and needs none to be sent about.
      headers: user === undefined || method === 'GET' ? {} : { authorization: basic(user) },
      tls: ca === undefined ? {} : { ca: readFileSync(ca, 'utf8') },
    },
    context,
  );
}

function basic(user: NonNullable<PatroniStoreConfig['user']>): string {
  const password = readFileSync(user.passwordFile, 'utf8').trimEnd();
  return `Basic ${Buffer.from(`${user.name}:${password}`).toString('base64')}`;
}
