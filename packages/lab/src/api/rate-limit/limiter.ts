/** Whether a client's request is within its limit. */
export type Admission =
  | { readonly admitted: true; readonly left: number }
  /** In so many seconds it may be worth trying again. */
  | { readonly admitted: false; readonly retryAfterSeconds: number };

/** Counts the requests of each client. */
export interface Limiter {
  admit(client: string): Promise<Admission>;
}
