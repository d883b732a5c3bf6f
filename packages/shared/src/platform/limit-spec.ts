import type { RequestTemplate } from './request-template.ts';

/** A limit on what clients may ask, as the platform promises it. A phase of kind `limit` looks whether it is so. */
export type LimitSpec = RateLimitSpec | ConcurrencyLimitSpec;

interface LimitedRequest {
  /** Base address of what keeps the limit, where that is one instance of several. Default: the entry. */
  readonly at?: string;
}

/** How many requests one client may send within a time. */
export interface RateLimitSpec extends LimitedRequest {
  readonly kind: 'rate';
  readonly requests: number;
  readonly windowSeconds: number;
  /**
   * `fixed`: the window begins with a client's first request, and when it is over all are admitted again. `sliding`:
   * each request counts for as long as the window lasts, and each makes room for one when that is over.
   */
  readonly window: 'fixed' | 'sliding';
  /**
   * What is asked. All of it is one client's: `{{id}}` is the same in each, and another one in each run. It has to be
   * what the platform tells clients by: with another one all that is promised is asked in one go.
   */
  readonly ask: RequestTemplate;
  /** Status of a refusal. Default 429. */
  readonly refusedWith?: number;
}

/** How many requests may be under way at once. Whether each of them is worked on or waits in a queue is not told apart. */
export interface ConcurrencyLimitSpec extends LimitedRequest {
  readonly kind: 'concurrency';
  readonly requests: number;
  /**
   * What is asked: with a body, the last byte of which is kept back until all of them are under way. `{{id}}` is another
   * one in each. `{{run}}` is the run's tag, by which its sweep finds what they leave.
   */
  readonly ask: RequestTemplate;
  /** Status of an answer to one that was let in. */
  readonly answeredWith: number;
  /** Status of a refusal. Default 503. */
  readonly refusedWith?: number;
}
