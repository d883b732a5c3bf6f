import { reasonOf } from '@ordeal/shared/reason-of';

/** Why no answer came. */
export interface Failure {
  readonly error: 'refused' | 'reset' | 'timeout' | 'dns' | 'unreachable' | 'tls' | 'protocol' | 'observer';
  readonly detail: string;
  /** Proved that nothing of the request was sent. */
  readonly neverSent: boolean;
}

/** What a client knows when nothing came in time: it may have been sent. */
export function timedOut(timeoutMs: number): Failure {
  return { error: 'timeout', detail: `no answer in ${timeoutMs} ms`, neverSent: false };
}

/** The observer's own limits: what they cause says nothing of the platform. */
const own: readonly string[] = ['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM'];

/** Sorts a network error into what a client can know of it. Unknown ones are never taken for unsent. */
export function failureOf(error: unknown): Failure {
  const code = codeOf(error);
  const detail = code === undefined ? reasonOf(error) : `${code}: ${reasonOf(error)}`;
  if (code === undefined) return { error: 'protocol', detail, neverSent: false };
  if (own.includes(code)) return { error: 'observer', detail, neverSent: false };
  if (code === 'ECONNREFUSED') return { error: 'refused', detail, neverSent: true };
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'UND_ERR_SOCKET') {
    return { error: 'reset', detail, neverSent: false };
  }
  if (code === 'ETIMEDOUT' || code.endsWith('_TIMEOUT'))
    return { error: 'timeout', detail, neverSent: false };
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) return { error: 'dns', detail, neverSent: false };
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH')
    return { error: 'unreachable', detail, neverSent: false };
  if (code.startsWith('ERR_TLS') || code.startsWith('CERT_') || code.includes('SIGNED_CERT')) {
    return { error: 'tls', detail, neverSent: false };
  }
  return { error: 'protocol', detail, neverSent: false };
}

/** Several addresses of one name fail together: all of them must agree. */
function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError) {
    const codes = new Set(error.errors.map(codeOf));
    return codes.size === 1 ? [...codes][0] : 'EHOSTUNREACH';
  }
  if (!(error instanceof Error)) return undefined;
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : codeOf(error.cause);
}
