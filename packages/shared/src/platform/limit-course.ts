import { fillTemplate } from './template.ts';
import type { LimitSpec, RateLimitSpec } from './limit-spec.ts';

/** Status of a refusal where a limit names none. */
export const REFUSED_WITH: Readonly<Record<LimitSpec['kind'], number>> = { rate: 429, concurrency: 503 };

/** Whether a rate limit has let in what was answered with this status: 200 to 399. */
export function isAdmission(status: number): boolean {
  return status >= 200 && status < 400;
}

/**
 * Share of a rate limit's window after which the second half of the requests is sent. At half of it a limit of half as
 * many in half the time would look the same.
 */
export const SECOND_AT = 0.4;

/** So many times the promised rate is sent while a rate limit is looked at: slower, and its window cannot be told. */
const AS_FAST = 5;

/** Requests a second that looking at a rate limit takes at least. */
export function rateToTell({
  requests,
  windowSeconds,
}: Pick<RateLimitSpec, 'requests' | 'windowSeconds'>): number {
  return (AS_FAST * requests) / windowSeconds;
}

/** Whether what is asked says which client it is, so that another one can ask too. */
export function namesItsClient({ ask }: Pick<RateLimitSpec, 'ask'>): boolean {
  const filledFor = (id: string): string =>
    JSON.stringify(fillTemplate(ask, { id, run: '', tenant: '' }, {}));
  return filledFor('one') !== filledFor('another');
}
