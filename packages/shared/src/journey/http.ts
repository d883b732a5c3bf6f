/** One request as a journey states it. Paths are relative to the platform's entry address. */
export interface HttpRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON when given. */
  readonly json?: unknown;
  /** Sent as the fields of a form when given, and `json` is not. */
  readonly form?: Readonly<Record<string, string>>;
  /** Milliseconds until the attempt counts as failed. Default: the platform's. */
  readonly timeoutMs?: number;
}

/** One answer. `status` 0 means that none came; `error` then says why. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly durationMs: number;
  readonly error?: string;
  /** The body parsed as JSON; undefined when it is none. */
  json<T = unknown>(): T | undefined;
}

/** Sends requests to the platform; tags them with the run. Never rejects: a failure is a response of status 0. */
export interface HttpClient {
  request(request: HttpRequest): Promise<HttpResponse>;
}
