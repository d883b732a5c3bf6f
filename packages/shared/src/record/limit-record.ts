/** A limit that was looked at. */
export interface LimitRecord {
  /** Its phase. */
  readonly name: string;
  /** As the platform names it. */
  readonly limit: string;
  /** What was looked at, in its order. `unknown`: it could not be told, and the detail says why. */
  readonly checks: readonly LimitCheckRecord[];
  /** Of a rate limit: what was measured of its window. */
  readonly window?: LimitWindowRecord;
}

export interface LimitCheckRecord {
  readonly name: string;
  readonly outcome: 'held' | 'broken' | 'unknown';
  readonly detail: string;
}

export interface LimitWindowRecord {
  /** Null: it could not be told. */
  readonly kind: 'fixed' | 'sliding' | null;
  /** From the first request until one was admitted again, seconds; null when none was. */
  readonly seconds: { readonly low: number; readonly high: number } | null;
  /** Requests that were admitted at its begin, later in it, and when the first was admitted again. */
  readonly admitted: readonly number[];
}
