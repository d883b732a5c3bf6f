import { DeadlineExceeded } from '@ordeal/shared/time/deadline';

/** Why a call of the Kubernetes API did not do what it was asked. */
export type ApiFailure =
  /** The server knows the kind, and has no object of that name. */
  | { readonly is: 'not-found'; readonly message: string }
  /** The address itself is not served: the CRD is missing, or not loaded yet by a server that has just started. */
  | { readonly is: 'not-served'; readonly message: string }
  | { readonly is: 'already-exists'; readonly message: string }
  | { readonly is: 'conflict'; readonly message: string }
  /** Refused by the CRD's schema. */
  | {
      readonly is: 'invalid';
      readonly message: string;
      readonly causes: readonly { readonly field: string; readonly message: string }[];
    }
  /** An admission webhook has looked at it and said no. */
  | { readonly is: 'webhook-denied'; readonly message: string; readonly webhook: string }
  /** Our user lacks the right. */
  | { readonly is: 'rbac-denied'; readonly message: string }
  | { readonly is: 'unauthenticated'; readonly message: string }
  /** A webhook that has to agree gives no answer. Nothing was stored. */
  | { readonly is: 'webhook-down'; readonly message: string; readonly webhook: string }
  | { readonly is: 'throttled'; readonly message: string; readonly retryAfterMs: number }
  | {
      readonly is: 'server-error';
      readonly message: string;
      readonly status: number;
      readonly retryAfterMs?: number;
    }
  /** No connection, or it broke. What was asked may have been done. */
  | { readonly is: 'unreachable'; readonly message: string; readonly code: string }
  /** No answer within the call's time. What was asked may have been done. */
  | { readonly is: 'timed-out'; readonly message: string }
  | { readonly is: 'unexpected'; readonly message: string; readonly status?: number };

export type ApiFailureKind = ApiFailure['is'];

/** A call of the Kubernetes API that failed; `failure` says how. */
export class ApiError extends Error {
  readonly failure: ApiFailure;

  constructor(what: string, failure: ApiFailure, cause?: unknown) {
    super(`${what}: ${failure.message}`, cause === undefined ? {} : { cause });
    this.failure = failure;
  }
}

/** The failure behind an error; undefined when it is none of a call. */
export function failureOf(error: unknown): ApiFailure | undefined {
  return error instanceof ApiError ? error.failure : undefined;
}

export function isFailure<Kind extends ApiFailureKind>(
  error: unknown,
  ...kinds: readonly Kind[]
): error is ApiError & { readonly failure: Extract<ApiFailure, { is: Kind }> } {
  return error instanceof ApiError && (kinds as readonly string[]).includes(error.failure.is);
}

/**
 * Failures that a later attempt may not meet. `not-served` is one of them: a server that has just started serves
 * its CRDs a moment later. A refusal by a webhook, by the schema or for a missing right stands.
 */
export function mayPass(failure: ApiFailure): boolean {
  return (
    failure.is === 'throttled' ||
    failure.is === 'server-error' ||
    failure.is === 'unreachable' ||
    failure.is === 'timed-out' ||
    failure.is === 'webhook-down' ||
    failure.is === 'not-served'
  );
}

const RETRY_AFTER_MS = 1_000;

/** Reads what `@kubernetes/client-node` throws. */
export function classify(error: unknown): ApiFailure {
  if (error instanceof DeadlineExceeded) return { is: 'timed-out', message: error.message };
  const answer = answerOf(error);
  if (answer === undefined) return unanswered(error);
  const { code, status, text, headers } = answer;
  const message = status?.message ?? `${code} ${text.trim().slice(0, 200)}`.trim();
  const retryAfterMs = retryAfter(headers, status);
  // A webhook chooses the status of its refusal: it is told from a missing right by the words alone.
  const denier = /admission webhook "([^"]+)" denied the request/.exec(message)?.[1];
  if (denier !== undefined && code < 500) return { is: 'webhook-denied', message, webhook: denier };
  switch (code) {
    case 401:
      return { is: 'unauthenticated', message: 'the cluster does not accept our credentials (401)' };
    case 403:
      return { is: 'rbac-denied', message };
    case 404:
      return status?.reason === 'NotFound' && status.details?.name !== undefined
        ? { is: 'not-found', message }
        : { is: 'not-served', message };
    case 409:
      return { is: status?.reason === 'AlreadyExists' ? 'already-exists' : 'conflict', message };
    case 400:
    case 422: {
      const causes = (status?.details?.causes ?? []).map((one) => ({
        field: one.field ?? '',
        message: one.message ?? '',
      }));
      // A patch that names a UID is meant for that object alone; the server calls another one's a change of it.
      if (causes.some(({ field }) => field === 'metadata.uid')) return { is: 'conflict', message };
      return { is: 'invalid', message, causes };
    }
    case 429:
      return { is: 'throttled', message, retryAfterMs: retryAfterMs ?? RETRY_AFTER_MS };
    default: {
      if (code < 500) return { is: 'unexpected', message, status: code };
      const webhook = /failed calling webhook "([^"]+)"/.exec(message)?.[1];
      if (webhook !== undefined) return { is: 'webhook-down', message, webhook };
      return {
        is: 'server-error',
        message,
        status: code,
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      };
    }
  }
}

function unanswered(error: unknown): ApiFailure {
  const causes = chain(error);
  const code = causes.map((one) => (one as { code?: unknown }).code).find((one) => typeof one === 'string');
  const message = causes.map(({ message: one }) => one).join(': ') || String(error);
  return code === undefined && !causes.some(({ message: one }) => one === 'fetch failed')
    ? { is: 'unexpected', message }
    : { is: 'unreachable', message, code: typeof code === 'string' ? code : 'unknown' };
}

function chain(error: unknown): readonly Error[] {
  if (!(error instanceof Error)) return [];
  if (error instanceof AggregateError) return [error, ...error.errors.flatMap(chain)];
  return [error, ...chain(error.cause)];
}

/** The part of the API's `Status` that is read here. */
interface Status {
  readonly message?: string;
  readonly reason?: string;
  readonly details?: {
    readonly name?: string;
    readonly retryAfterSeconds?: number;
    readonly causes?: readonly { readonly field?: string; readonly message?: string }[];
  };
}

interface Answer {
  readonly code: number;
  readonly status: Status | undefined;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** An `ApiException` holds the body as text. It is told by its shape, so that the large client is not loaded here. */
function answerOf(error: unknown): Answer | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, body, headers } = error as {
    code?: unknown;
    body?: unknown;
    headers?: Readonly<Record<string, string>>;
  };
  if (typeof code !== 'number') return undefined;
  const text = typeof body === 'string' ? body : (JSON.stringify(body) ?? '');
  return { code, status: statusOf(text), text, headers: headers ?? {} };
}

function statusOf(text: string): Status | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isStatus =
      typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'Status';
    return isStatus ? (value as Status) : undefined;
  } catch {
    return undefined;
  }
}

function retryAfter(headers: Answer['headers'], status: Status | undefined): number | undefined {
  const header = Number(headers['retry-after']);
  const seconds = Number.isFinite(header) ? header : status?.details?.retryAfterSeconds;
  return seconds === undefined ? undefined : seconds * 1_000;
}
