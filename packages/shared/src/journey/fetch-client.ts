import type { HttpClient, HttpRequest, HttpResponse } from './http.ts';

export interface FetchClientSettings {
  readonly entry: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly now: () => number;
  /** Ends requests that are under way. */
  readonly signal?: AbortSignal;
}

/** An HTTP client over Node's own `fetch`. Redirects are answers, not errors, and are not followed. */
export function createFetchClient(settings: FetchClientSettings): HttpClient {
  return { request: (request) => send(settings, request) };
}

async function send(settings: FetchClientSettings, request: HttpRequest): Promise<HttpResponse> {
  const started = settings.now();
  const timeout = AbortSignal.timeout(request.timeoutMs ?? settings.timeoutMs);
  const body = request.json === undefined ? {} : { body: JSON.stringify(request.json) };
  const contentType = request.json === undefined ? {} : { 'content-type': 'application/json' };
  try {
    const response = await fetch(new URL(request.path, settings.entry), {
      method: request.method ?? 'GET',
      headers: { ...settings.headers, ...contentType, ...request.headers },
      redirect: 'manual',
      signal: settings.signal ? AbortSignal.any([timeout, settings.signal]) : timeout,
      ...body,
    });
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
