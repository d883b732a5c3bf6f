import { bodyOf } from './body.ts';
import type { CookieJar } from './cookie-jar.ts';
import type { HttpClient, HttpRequest, HttpResponse } from './http.ts';

export interface FetchClientSettings {
  readonly entry: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly now: () => number;
  /** Ends requests that are under way. */
  readonly signal?: AbortSignal;
  /** Keeps cookies from one request to the next. Without one there are none. */
  readonly jar?: CookieJar;
}

/** An HTTP client over Node's own `fetch`. Redirects are answers, not errors, and are not followed. */
export function createFetchClient(settings: FetchClientSettings): HttpClient {
  return { request: (request) => send(settings, request) };
}

async function send(settings: FetchClientSettings, request: HttpRequest): Promise<HttpResponse> {
  const started = settings.now();
  const timeout = AbortSignal.timeout(request.timeoutMs ?? settings.timeoutMs);
  const body = bodyOf(request);
  try {
    const url = new URL(request.path, settings.entry);
    const response = await fetch(url, {
      method: request.method ?? 'GET',
      headers: withCookies(settings.jar, url, {
        ...settings.headers,
        ...(body === undefined ? {} : { 'content-type': body.contentType }),
        ...request.headers,
      }),
      redirect: 'manual',
      signal: settings.signal ? AbortSignal.any([timeout, settings.signal]) : timeout,
      ...(body === undefined ? {} : { body: body.content }),
    });
    settings.jar?.take(url, response.headers.getSetCookie());
    const text = await response.text();
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      text,
      durationMs: settings.now() - started,
      json: () => parsed(text),
    };
  } catch (error) {
    return {
      status: 0,
      headers: {},
      text: '',
      durationMs: settings.now() - started,
      error: reasonOf(error),
      json: () => undefined,
    };
  }
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

// `fetch` hides what happened in its cause.
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'timed out';
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  return cause?.code ?? cause?.message ?? error.message;
}
