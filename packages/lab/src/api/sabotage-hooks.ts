import type { FastifyInstance } from 'fastify';
import { setTimeout as delay } from 'node:timers/promises';
import type { Sabotage } from '../sabotage.ts';

const SLOW_SHARE = 0.1;
const SLOW_MS = 400;
const ERROR_SHARE = 0.02;

/** Makes requests to the API proper slow, or fail, when the lab was told to. */
export function sabotageRequests(server: FastifyInstance, sabotage: readonly Sabotage[]): void {
  const slow = sabotage.includes('slow');
  const errors = sabotage.includes('errors');
  if (!slow && !errors) return;
  server.addHook('preHandler', async (request, reply) => {
    if (!request.url.startsWith('/v1/')) return undefined;
    if (slow && Math.random() < SLOW_SHARE) await delay(SLOW_MS);
    if (errors && Math.random() < ERROR_SHARE) return reply.code(500).send({ error: 'internal error' });
    return undefined;
  });
}
