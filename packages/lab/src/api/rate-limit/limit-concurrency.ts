import type { FastifyInstance } from 'fastify';

/** Refuses requests (503) while so many are being worked on. Nothing of a refused request is done. */
export function limitConcurrency(server: FastifyInstance, most: number): void {
  const underWay = new Set<string>();
  server.addHook('onRequest', async (request, reply) => {
    if (underWay.size >= most) return reply.code(503).header('retry-after', 1).send({ error: 'too busy' });
    underWay.add(request.id);
    // However it ends: answered, or left by its client.
    reply.raw.once('close', () => underWay.delete(request.id));
    return undefined;
  });
}
