import type { FastifyInstance } from 'fastify';
import { tenantOf } from '../routes/tenant-scope.ts';

/**
 * Refuses (429) a tenant's requests while so many of its own are being worked on; those of others are let in. Work
 * counts until it is done, and not for as long as somebody waits for it: a tenant that gives up would have as much of
 * it done at once as it likes.
 */
export function limitTenant(server: FastifyInstance, most: number): void {
  const underWay = new Map<string, Set<string>>();
  server.addHook('preHandler', async (request, reply) => {
    const tenant = tenantOf(request);
    const own = underWay.get(tenant) ?? new Set();
    if (own.size >= most) {
      return reply
        .code(429)
        .header('retry-after', 1)
        .send({ error: `tenant ${tenant} has ${own.size} of these under way, and may have ${most}` });
    }
    underWay.set(tenant, own.add(request.id));
    return undefined;
  });
  // Whatever came of it, and whether anybody is there to take it.
  server.addHook('onSend', async (request, _reply, payload) => {
    const tenant = tenantOf(request);
    const own = underWay.get(tenant);
    if (own?.delete(request.id) === true && own.size === 0) underWay.delete(tenant);
    return payload;
  });
}
