import type { FastifyInstance } from 'fastify';
import { setTimeout as delay } from 'node:timers/promises';
import type { Sabotage } from '../sabotage.ts';
import type { Contract } from './contracts/contract.ts';

const SLOW_SHARE = 0.1;
const SLOW_MS = 400;
const ERROR_EVERY = 50;

/** Makes requests to the API proper slow, or fail, when the lab was told to. */
export function sabotageRequests(
  server: FastifyInstance,
  { health }: Contract,
  sabotage: readonly Sabotage[],
): void {
  const slow = sabotage.includes('slow');
  const errors = sabotage.includes('errors');
  if (!slow && !errors) return;
  // Counted and not drawn: a few requests in a row meet none, and many meet just this share.
  let asked = 0;
  const left: readonly string[] = [health.live, health.ready, '/health', '/metrics'];
  server.addHook('preHandler', async (request, reply) => {
    if (left.includes(request.routeOptions.url ?? '')) return undefined;
    if (slow && Math.random() < SLOW_SHARE) await delay(SLOW_MS);
    asked += 1;
    if (errors && asked % ERROR_EVERY === 0) return reply.code(500).send({ error: 'internal error' });
    return undefined;
  });
}
