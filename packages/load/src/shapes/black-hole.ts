import { virtualUsers } from '../plan/virtual-users.ts';

/** Each virtual user costs k6 about a quarter of a megabyte, and up to two milliseconds to make, before the load begins. */
export const MOST_VIRTUAL_USERS = 2000;

/**
 * The longest timeout with which a platform that answers nothing, at the full rate, needs no more than `most` virtual
 * users; never longer than the platform's own. At 1,000 a second and 2,000 users that is 1.6 s.
 */
export function timeoutFor(rate: number, timeoutMs: number, most = MOST_VIRTUAL_USERS): number {
  const perSecond = { iterations: rate, perSeconds: 1 };
  const needed = virtualUsers(perSecond, timeoutMs);
  if (needed <= most) return timeoutMs;
  const few = virtualUsers(perSecond, 0);
  const each = (virtualUsers(perSecond, 1e6) - few) / 1e6;
  return Math.max(1, Math.floor((most - few) / each));
}
