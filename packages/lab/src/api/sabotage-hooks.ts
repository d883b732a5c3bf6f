import type { FastifyInstance } from 'fastify';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiConfig } from './config.ts';
import type { Contract } from './contracts/contract.ts';

const SLOW_SHARE = 0.1;
/** So many times the promised p95, and so much at least (ms). */
const BEYOND_P95 = 1.2;
const SLOW_MS = 400;
const ERROR_EVERY = 50;
/** Of a version with that defect. */
const DEFECT_ERROR_EVERY = 4;
const DEFECT_SLOW_MS = 300;

/** Makes requests to the API proper slow, or fail, or end their replica, when the lab was told to, or its version has that defect. */
export function sabotageRequests(
  server: FastifyInstance,
  { health, promisedP95Ms }: Contract,
  { sabotage, defect }: Pick<ApiConfig, 'sabotage' | 'defect'>,
): void {
  if (sabotage.includes('fragile-replicas')) {
    server.addHook('onError', async (_request, _reply, error) => {
      if (error.statusCode !== 400) return;
      // Where nobody catches it.
      setImmediate(() => {
        throw error;
      });
    });
  }
  const slow = sabotage.includes('slow');
  const slowMs = Math.max(SLOW_MS, BEYOND_P95 * promisedP95Ms);
  const errorEvery =
    defect === 'errors' ? DEFECT_ERROR_EVERY : sabotage.includes('errors') ? ERROR_EVERY : Infinity;
  if (!slow && errorEvery === Infinity && defect !== 'slow') return;
  // Counted and not drawn: a few requests in a row meet none, and many meet just this share.
  let asked = 0;
  const left: readonly string[] = [health.live, health.ready, '/health', '/metrics'];
  server.addHook('preHandler', async (request, reply) => {
    if (left.includes(request.routeOptions.url ?? '')) return undefined;
    if (slow && Math.random() < SLOW_SHARE) await delay(slowMs);
    if (defect === 'slow') await delay(DEFECT_SLOW_MS);
    asked += 1;
    if (asked % errorEvery === 0) return reply.code(500).send({ error: 'internal error' });
    return undefined;
  });
}
