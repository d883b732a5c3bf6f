import type { FastifyInstance } from 'fastify';
import { setTimeout as delay } from 'node:timers/promises';
import type { Sabotage } from '../sabotage.ts';
import type { Contract } from './contracts/contract.ts';

const SLOW_SHARE = 0.1;
const SLOW_MS = 400;
const ERROR_SHARE = 0.02;

/** Makes requests to the API proper slow, or fail, when the lab was told to. */
export function sabotageRequests(
  server: FastifyInstance,
  { health }: Contract,
  sabotage: readonly Sabotage[],
): void {
  const slow = sabotage.includes('slow');
  const errors = sabotage.includes('errors');
  if (!slow && !errors) return;
  const left: readonly string[] = [health.live, health.ready, '/health', '/metrics'];
  server.addHook('preHandler', async (request, reply) => {
    if (left.includes(request.routeOptions.url ?? '')) return undefined;
    if (slow && Math.random() < SLOW_SHARE) await delay(SLOW_MS);
    if (errors && Math.random() < ERROR_SHARE) return reply.code(500).send({ error: 'internal error' });
    return undefined;
  });
}
