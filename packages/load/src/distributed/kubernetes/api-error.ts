/** A call of the Kubernetes API that did not do what it was asked. */
export class ApiError extends Error {
  /** HTTP status; undefined when there was no answer, and what was asked may have been done. */
  readonly status: number | undefined;
  /** Whether the server says that there is no object of that name, and not that it knows no such address. */
  readonly isGone: boolean;

  constructor(message: string, status: number | undefined, more: { isGone?: boolean; cause?: unknown } = {}) {
    super(message, more.cause === undefined ? {} : { cause: more.cause });
    this.status = status;
    this.isGone = more.isGone ?? false;
  }
}

export function isStatus(error: unknown, status: number): boolean {
  return error instanceof ApiError && error.status === status;
}

/** Whether the object is certainly not there. */
export function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.isGone;
}

/**
 * Whether a later attempt may do better: no answer, a server in trouble, or one that asks for patience. An address that
 * is not served is among them: a server that has just started serves its CRDs a moment later.
 */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  const { status } = error;
  return status === undefined || status === 429 || status >= 500 || (status === 404 && !error.isGone);
}
