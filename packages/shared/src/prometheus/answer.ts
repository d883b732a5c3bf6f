import type { Exchange } from './connection.ts';
import type { Answer, PrometheusError } from './reading.ts';
import { parseFailure } from './response.ts';
import { parseAnswer, type ParsedAnswer, type SampleBlocks } from './sample-blocks.ts';

/** Reads the body of an answer. Throws a sentence that says what is wrong with it. */
export type Parse<T> = (body: unknown, exchange: Exchange, blocks: SampleBlocks) => T;

/** What makes an answer of an exchange. */
export interface Understanding<T> {
  /** The server, in a sentence. */
  readonly where: string;
  readonly attempts: number;
  readonly parse: Parse<T>;
  /** Makes of what the server wrote something that may be printed. */
  readonly quote: (text: string) => string;
}

/** No more of a body is looked at to say what it is. */
const MOST_SHOWN = 65_536;

/** Failures that a server gives for itself rather than for the query, by Prometheus' and Mimir's names. */
const OF_THE_SERVER = new Set(['unavailable', 'too_many_requests']);

/** Whether the server has refused the query as such, in the API's own words. */
export function isRefusal({ bytes }: Exchange): boolean {
  const failure = parseFailure(jsonOf(bytes)?.body);
  return failure !== undefined && !OF_THE_SERVER.has(failure.errorType);
}

/** Makes an answer of what the server said, whatever that is. */
export function understand<T>(exchange: Exchange, how: Understanding<T>): Answer<T> {
  const { status, bytes } = exchange;
  const { where, quote } = how;
  const times = how.attempts > 1 ? `, asked ${how.attempts} times` : '';
  const json = jsonOf(bytes);
  const failure = parseFailure(json?.body);
  if (failure !== undefined) {
    const kind = OF_THE_SERVER.has(failure.errorType) ? kindOf(status) : refusalKind(failure.errorType);
    const because = `${quote(failure.errorType)}${hint(status)}`;
    return fault(kind, `${where} refused the query (${because}${times}): ${quote(failure.error)}`, status);
  }
  const text = bytes.toString('utf8', 0, MOST_SHOWN);
  if (status !== 200) {
    const said = status >= 300 && status < 400 ? '' : `: ${quote(text)}`;
    return fault(
      kindOf(status),
      `${where} answered HTTP ${status}${redirect(exchange, quote)}${hint(status)}${times}${said}`,
      status,
    );
  }
  if (text.trim() === '') return fault('malformed', `${where} answered nothing: the body is empty`);
  if (/^\s*</.test(text)) {
    return fault(
      'malformed',
      `${where} answered with a page of HTML, as a login or a proxy does: check the address and the credentials`,
    );
  }
  if (json === undefined) {
    return fault('malformed', `${where} answered something that is no JSON: ${quote(text)}`);
  }
  try {
    return { ok: true, value: how.parse(json.body, exchange, json.blocks) };
  } catch (error) {
    const { message } = error as Error;
    return fault('malformed', `${where} gave an answer that cannot be understood: ${quote(message)}`);
  }
}

/** An answer that is none. */
export function fault(
  kind: PrometheusError['kind'],
  message: string,
  status?: number,
): { readonly ok: false; readonly error: PrometheusError } {
  return { ok: false, error: { kind, message, ...(status === undefined ? {} : { status }) } };
}

/** Undefined when it is no JSON. */
function jsonOf(bytes: Buffer): ParsedAnswer | undefined {
  try {
    return parseAnswer(bytes);
  } catch {
    return undefined;
  }
}

function refusalKind(errorType: string): PrometheusError['kind'] {
  return errorType === 'timeout' ? 'timed-out' : 'refused-query';
}

function kindOf(status: number): PrometheusError['kind'] {
  if (status === 504) return 'timed-out';
  return status === 502 || status === 503 ? 'unreachable' : 'refused-query';
}

function hint(status: number): string {
  if (status === 401 || status === 403) return ', check the credentials and the tenant';
  if (status === 404) return ', check the path of its address';
  if (status === 429) return ', it is asked too much: lower limits.concurrency';
  return '';
}

/** Where a redirect leads, by scheme and host alone: the rest may repeat what was sent. */
function redirect({ status, headers }: Exchange, quote: (text: string) => string): string {
  if (status < 300 || status >= 400) return '';
  // Quoted as it was written: an address that is taken apart is no longer what was written.
  const [, scheme, host] = /^(https?:\/\/)(?:[^/?#]*@)?([^/?#]+)/.exec(quote(headers.location ?? '')) ?? [];
  const to = host === undefined ? '' : ` to ${scheme}${host}`;
  return `, which is a redirect${to} and is not followed: name the final address`;
}
