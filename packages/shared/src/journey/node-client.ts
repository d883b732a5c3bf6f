import { bodyOf } from './body.ts';
import type { CookieJar } from './cookie-jar.ts';
import { exchange } from './exchange.ts';
import type { HttpClient, HttpRequest, HttpResponse } from './http.ts';
import { whyUnanswered } from './why-unanswered.ts';

export interface NodeClientSettings {
  readonly entry: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly now: () => number;
  /** Ends requests that are under way. */
  readonly signal?: AbortSignal;
  /** Called when there is a connection: from then on what was asked may have reached the platform. */
  readonly connected?: () => void;
  /** Keeps cookies from one request to the next. Without one there are none. */
  readonly jar?: CookieJar;
}

/** The client of journeys in Node. Redirects are answers, not errors, and are not followed. */
export function createNodeClient(settings: NodeClientSettings): HttpClient {
  return { request: (request) => send(settings, request) };
}

async function send(settings: NodeClientSettings, request: HttpRequest): Promise<HttpResponse> {
  const started = settings.now();
  const timeout = AbortSignal.timeout(request.timeoutMs ?? settings.timeoutMs);
  const body = bodyOf(request);
  try {
    const url = new URL(request.path, settings.entry);
    const { status, headers, cookies, text } = await exchange(
      {
        url,
        method: request.method ?? 'GET',
        headers: withCookies(
          settings.jar,
          url,
          lowerCase({
            ...settings.headers,
            ...(body === undefined ? {} : { 'content-type': body.contentType }),
            ...request.headers,
          }),
        ),
        content: body?.content,
        connected: settings.connected,
      },
      settings.signal === undefined ? [timeout] : [timeout, settings.signal],
    );
    settings.jar?.take(url, cookies);
    return { status, headers, text, durationMs: settings.now() - started, json: () => parsed(text) };
  } catch (error) {
    return {
      status: 0,
      headers: {},
      text: '',
      durationMs: settings.now() - started,
      error: whyUnanswered(error),
      json: () => undefined,
    };
  }
}

/** Names of headers know no case: the last one of a name is meant. */
function lowerCase(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** Adds the jar's cookies for the address to those that the headers name themselves. */
export function withCookies(
  jar: CookieJar | undefined,
  url: URL,
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const kept = jar?.for(url).map(({ name, value }) => `${name}=${value}`) ?? [];
  if (kept.length === 0) return headers;
  const own = Object.entries(headers).filter(([name]) => name.toLowerCase() === 'cookie');
  const others = Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'cookie');
  return { ...Object.fromEntries(others), cookie: [...own.map(([, value]) => value), ...kept].join('; ') };
}

function parsed<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}
