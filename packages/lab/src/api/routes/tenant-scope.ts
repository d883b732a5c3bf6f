import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Tenants } from '../tenants.ts';

/** The tenant that a request acts for. Every statement that it leads to is bound to it. */
export function tenantOf(request: FastifyRequest): string {
  const tenant = request.headers['x-tenant-id'];
  return typeof tenant === 'string' ? tenant : '';
}

/** Refuses requests that name no tenant (400), or one that there is not (403). */
export function requireTenant(server: FastifyInstance, tenants: Tenants): void {
  server.addHook('preHandler', async (request, reply) => {
    const tenant = tenantOf(request);
    if (tenant === '') return reply.code(400).send({ error: 'the header x-tenant-id is missing' });
    if (!(await tenants.exists(tenant))) return reply.code(403).send({ error: `no tenant "${tenant}"` });
    return undefined;
  });
}
