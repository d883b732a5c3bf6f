import type { FastifyInstance } from 'fastify';
import type { Readiness } from '../readiness.ts';

/** Whether the replica is there, works, and can take traffic. */
export function healthRoutes(server: FastifyInstance, replica: string, readiness: Readiness): void {
  server.get('/health', async () => ({ status: 'ok', replica }));
  server.get('/health/live', async () => ({ status: 'ok' }));
  server.get('/health/ready', async (_request, reply) => {
    const reasons = await readiness.reasons();
    return reasons.length === 0
      ? { status: 'ready' }
      : reply.code(503).send({ status: 'not ready', reasons });
  });
}
