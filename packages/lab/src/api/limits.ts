import type { FastifyInstance } from 'fastify';
import type { Sabotage } from '../sabotage.ts';
import type { Cache } from './cache.ts';
import type { Contract } from './contracts/contract.ts';
import { fixedWindow } from './rate-limit/fixed-window.ts';
import { limitConcurrency } from './rate-limit/limit-concurrency.ts';
import { limitTenant } from './rate-limit/limit-tenant.ts';
import { limitRequests } from './rate-limit/limit-requests.ts';
import { slidingWindow } from './rate-limit/sliding-window.ts';

/** What bounds what one tenant takes of work that takes long, unless the lab is told to have no such bound. */
export function tenantLimitOf(
  { mostOfTenant }: Contract,
  sabotage: readonly Sabotage[],
): (scope: FastifyInstance) => void {
  return (scope) => {
    if (mostOfTenant !== undefined && !sabotage.includes('no-limits')) limitTenant(scope, mostOfTenant);
  };
}

/** What puts a contract's limits before routes, as the sabotages would have them. */
export function limitsOf(
  { rateLimit, mostConcurrent }: Contract,
  sabotage: readonly Sabotage[],
  { cache, now, worker }: { readonly cache: Cache; readonly now: () => number; readonly worker: string },
): (scope: FastifyInstance) => void {
  return (scope) => {
    if (mostConcurrent !== undefined && !sabotage.includes('concurrency-off')) {
      limitConcurrency(scope, sabotage.includes('concurrency-tight') ? mostConcurrent / 5 : mostConcurrent);
    }
    if (rateLimit === undefined || sabotage.includes('rate-limit-off')) return;
    const limit = sabotage.includes('rate-limit-tight')
      ? { ...rateLimit, requests: rateLimit.requests / 5 }
      : rateLimit;
    const isFixed = (limit.window === 'fixed') !== sabotage.includes('rate-limit-other-window');
    const limiter = isFixed ? fixedWindow(limit, now) : slidingWindow(limit, cache, worker);
    const refuseWith = sabotage.includes('rate-limit-as-error') ? 500 : 429;
    const retryAfterSeconds = sabotage.includes('rate-limit-come-back') ? 1 : undefined;
    limitRequests(scope, limiter, { requests: limit.requests, refuseWith, retryAfterSeconds });
  };
}
