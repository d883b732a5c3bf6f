import type { FastifyInstance } from 'fastify';
import { tenantOf } from '../routes/tenant-scope.ts';

/** Refuses (429) a tenant's requests while so many of its own are being worked on; those of others are let in. */
export function limitTenant(server: FastifyInstance, most: number): void {
  const underWay = new Map<string, number>();
  server.addHook('preHandler', async (request, reply) => {
    const tenant = tenantOf(request);
    const now = underWay.get(tenant) ?? 0;
    if (now >= most) {
      return reply
        .code(429)
        .header('retry-after', 1)
        .send({ error: `tenant ${tenant} has ${now} of these under way, and may have ${most}` });
    }
    // Who has left meanwhile is never seen to leave again.
    if (reply.raw.destroyed) return undefined;
    underWay.set(tenant, now + 1);
    // However it ends: answered, or left by its client.
    reply.raw.once('close', () => {
      const left = (underWay.get(tenant) ?? 1) - 1;
      if (left > 0) underWay.set(tenant, left);
      else underWay.delete(tenant);
    });
    return undefined;
  });
}
