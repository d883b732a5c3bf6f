/** One request to a limited place, and what came of it. Instants are monotonic milliseconds. */
export interface Asked {
  readonly sent: number;
  readonly answered: number;
  readonly outcome: 'admitted' | 'refused' | 'neither';
  /** 0: there was no answer. */
  readonly status: number;
  /** What came instead of an answer. */
  readonly error?: string;
  /** When to come back, as a refusal says it in whole seconds (`Retry-After`); absent where it does not. */
  readonly retryAfterSeconds?: number;
}

/** What an answer that neither admits nor refuses was. */
export function inWords({ status, error }: Pick<Asked, 'status' | 'error'>): string {
  return status === 0 ? `no answer (${error ?? 'no reason'})` : `status ${status}`;
}
